"""What a record's mac is made of is the same where it is written and where it is verified."""

from collections.abc import Iterator
from ipaddress import IPv6Address
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from fhirapi.audit import reading
from fhirapi.audit.clock import Clock
from fhirapi.audit.entry import Entry
from fhirapi.audit.keys import name_of, ring
from fhirapi.audit.line import line, moment
from fhirapi.audit.models import AuditRecord
from fhirapi.audit.trail import Trail
from fhirapi.sql import array, fetch_one

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
AWKWARD = st.sampled_from(
    ["", "NULL", "null", "\\N", "a\tb", "\n", '"', "\\", "{}", "a,b", " ", "é"]
)
WORD = TEXT | AWKWARD
ENTRIES = st.builds(
    Entry,
    action=st.sampled_from(["read", "search"]),
    outcome=st.just("success"),
    account_id=st.none() | st.integers(0, 2**62),
    client_id=st.none() | WORD,
    resource_type=st.none() | WORD,
    resource_id=st.none() | WORD,
    patient_ids=st.none() | st.lists(WORD, max_size=3).map(array) | st.just("{142859,142860}"),
    detail=st.none() | WORD,
    address=st.none()
    | st.ip_addresses().map(str)
    | st.ip_addresses(v=6).map(lambda ip: ip.exploded)
    | st.integers(0, 2**48 - 1).map(lambda low: IPv6Address(low).exploded),
)


def stored() -> Iterator[reading.Line]:
    return reading.between(0, AuditRecord.objects.latest("id").pk)


class OfAnyEntry(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(ENTRIES, min_size=1, max_size=30))
    def test_the_mac_that_was_written_is_the_mac_that_is_verified(self, entries: list[Entry]):
        Trail().write_within(entries)
        found = list(stored())
        assert len(found) == len(entries)
        assert [line_ for _, mac, line_ in found if not ring().made(mac, line_)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"client_id": "a\tb"}, {"client_id": "a", "resource_type": "b"}),
        ({"client_id": None}, {"client_id": "\\N"}),
        ({"client_id": ""}, {"client_id": None}),
        ({"detail": "\\t"}, {"detail": "\t"}),
        ({"patient_ids": '{"a,b"}'}, {"patient_ids": "{a,b}"}),
        ({"patient_ids": '{"NULL"}'}, {"patient_ids": "{NULL}"}),
    ],
)
def test_no_two_records_have_one_line(one: dict[str, str | None], other: dict[str, str | None]):
    plain = Entry("read", "success", 1, None)
    assert line("now", plain._replace(**one)) != line("now", plain._replace(**other))  # type: ignore[arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("microseconds", [0, 1, 1_764_456_920_000_000, 1_764_456_920_100_000])
def test_a_moment_is_written_as_postgresql_writes_it(microseconds: int):
    told = moment(microseconds)
    [(found,)] = [fetch_one("SELECT %s::timestamptz AT TIME ZONE 'UTC' || '+00'", [told]) or ("",)]
    assert told == found


@pytest.mark.django_db
def test_the_clock_is_the_databases_and_gives_no_moment_twice():
    clock = Clock()
    firsts = [clock.take(3) for _ in range(100)]
    assert all(later - earlier >= 3 for earlier, later in pairwise(firsts))
    [(now,)] = [fetch_one("SELECT extract(epoch FROM clock_timestamp()) * 1000000") or (0,)]
    assert abs(float(now) - firsts[-1]) < 5_000_000


def test_a_key_is_named_without_telling_it():
    assert name_of("a key") != name_of("another key")
    assert b"a key" not in name_of("a key")
