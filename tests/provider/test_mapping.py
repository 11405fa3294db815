"""A record seen through both APIs is the same, whatever the record."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhirapi.provider.checking import check
from fhirapi.provider.mapping import belongs, to_fhir, to_flat, whole, with_defaults
from fhirapi.provider.same import same
from fhirapi.provider.schema import Flat, Kind
from fhirapi.store.exact import parse, write
from fhirapi.validation.structure import problems_of
from tests.provider.conftest import kinds, named
from tests.provider.flat import records

EVERY_KIND = pytest.mark.parametrize("kind", kinds(), ids=named)
SOME = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


def _told(kind: Kind, flat: Flat) -> Flat:
    """Without what only the server tells."""
    hidden = {each.name for each in kind.fields if each.is_read_only}
    return {name: value for name, value in flat.items() if name not in hidden}


def _without_other_codings(flat: Any) -> Any:
    """They stay with a code that stays, even if they are not said again."""
    if isinstance(flat, list):
        return [_without_other_codings(each) for each in flat]
    if isinstance(flat, dict):
        kept = {name: part for name, part in flat.items() if name != "other_codings"}
        return {name: _without_other_codings(part) for name, part in kept.items()}
    return flat


@EVERY_KIND
@SOME
@given(data=st.data())
def test_a_new_record_reads_as_it_was_written_and_is_valid_fhir(kind: Kind, data: Any) -> None:
    flat = data.draw(records(kind))
    assert check(kind, flat, is_new=True) == []
    stored = parse(write(to_fhir(kind, flat)))
    assert belongs(kind, stored)
    assert problems_of(stored) == []
    assert same(_told(kind, to_flat(kind, stored)), with_defaults(kind, flat))


@EVERY_KIND
@SOME
@given(data=st.data())
def test_a_record_sent_back_as_it_was_read_changes_nothing(kind: Kind, data: Any) -> None:
    stored = to_fhir(kind, data.draw(records(kind)))
    flat = to_flat(kind, stored)
    assert check(kind, flat, is_new=False, onto=stored) == []
    assert write(to_fhir(kind, flat, onto=stored)) == write(stored)
    assert write(to_fhir(kind, whole(kind, flat, stored), onto=stored)) == write(stored)


@EVERY_KIND
@SOME
@given(data=st.data())
def test_a_record_that_is_replaced_reads_as_the_new_one(kind: Kind, data: Any) -> None:
    old = with_defaults(kind, _without_other_codings(data.draw(records(kind))))
    fixed = {each.name: old[each.name] for each in kind.fields if each.is_fixed}
    new = with_defaults(kind, data.draw(records(kind))) | fixed
    stored = to_fhir(kind, old)
    before = write(stored)
    asked = whole(kind, new, stored)
    assert check(kind, asked, is_new=False, onto=stored) == []
    replaced = to_fhir(kind, asked, onto=stored)
    assert problems_of(parse(write(replaced))) == []
    assert same(_told(kind, to_flat(kind, replaced)), new)
    assert write(stored) == before
