"""Whatever the scopes, the person and the change: what was written was the token's to write.

And what was its to write is written; everything else is refused and leaves no trace in the store.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhirapi.audit.models import AuditRecord
from fhirapi.outcomes import Outcome
from fhirapi.smart.models import Client
from fhirapi.writing.change import Create, Delete, Update
from fhirapi.writing.perform import perform
from tests.api import Api
from tests.people import Person
from tests.smart import tokens
from tests.smart.access import writing
from tests.smart.access.writing import Asks, Change, Practice, resource_of, type_of
from tests.smart.small_practice import OBSERVED, PATIENTS, resources

CONSTRAINTS = ["", "", "", "category=laboratory", f"category={OBSERVED}|vital-signs",
               "category=problem-list-item", "category=laboratory,vital-signs", "colour=red",
               "category=", "status=final"]  # fmt: skip
CATEGORIES = ["", "laboratory", "vital-signs", "problem-list-item"]
WHO = ["rebecca", "guardian", "grey", "grey", "strange", "doctor-and-patient",
       "doctor-and-mother", "practice"]  # fmt: skip

scope = st.builds(
    lambda context, kind, letters, constraint: (
        f"{context}/{kind}.{letters}{f'?{constraint}' if constraint else ''}"
    ),
    st.sampled_from(["user", "user", "system", "patient"]),
    st.sampled_from(["*", "Observation", "Condition", "Location"]),
    st.sampled_from(["cruds", "cruds", "cud", "write", "*", "c", "u", "d", "rs", "read", "cu"]),
    st.sampled_from(CONSTRAINTS),
)
asks = st.builds(
    Asks,
    who=st.sampled_from(WHO),
    scope=st.lists(scope, min_size=1, max_size=4).map(" ".join),
    patient=st.sampled_from([None, *PATIENTS]),
    patient_ids=st.one_of(st.none(), st.lists(st.sampled_from(PATIENTS), unique=True).map(tuple)),
    is_partner=st.sampled_from([True, True, True, False]),
)
kinds = st.sampled_from(["Observation", "Observation", "Condition", "Location"])
patients = st.sampled_from([*PATIENTS, "nobody"])
# Of the small practice: what nothing refers to, so that it may be deleted; and what is not there.
names = st.sampled_from(["both", "bare", "cold", "asthma", "new"])


@st.composite
def changes(draw: Callable[..., Any]) -> Change:
    kind = draw(kinds)
    name = f"{draw(names)}-{draw(st.sampled_from(PATIENTS))}" if kind != "Location" else "room"
    made = resource_of(kind, name, draw(patients), draw(st.sampled_from(CATEGORIES)))
    what = draw(st.sampled_from(["create", "update", "update", "delete"]))
    if what == "create":
        del made["id"]
        return Create(resource_type=type_of(kind), resource=made)
    if what == "update":
        return Update(resource_type=type_of(kind), resource=made, resource_id=name)
    return Delete(resource_type=type_of(kind), resource_id=name)


many = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def world(api: Api, rebecca: Person, dr_grey: Person, dr_strange: Person) -> Practice:
    api.has(*resources())
    return writing.practice(rebecca, dr_grey, dr_strange)


@contextmanager
def undone() -> Iterator[None]:
    """Each example finds the practice as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def attempt(world: Practice, asked: Asks, wanted: list[Change]) -> bool:
    """Whether it was written."""
    person = world.everybody[asked.who]
    ids = None if asked.patient_ids is None else list(asked.patient_ids)
    session = tokens.issue(person, asked.scope, patient=asked.patient, patient_ids=ids)
    if asked.is_partner:
        Client.objects.filter(pk=writing.client_of(session).pk).update(
            provider_access_at="2026-01-01T00:00:00Z"
        )
    try:
        perform(writing.writer_of(session), wanted)
    except Outcome:
        return False
    return True


@many
@given(asked=asks, wanted=st.lists(changes(), min_size=1, max_size=3))
def test_nothing_is_written_outside_what_the_token_opens(
    world: Practice, asked: Asks, wanted: list[Change]
) -> None:
    oracle = world.oracle(asked)
    with undone():
        before = writing.stored()
        was_written = attempt(world, asked, wanted)
        after = writing.stored()
        changed = {key for key in before | after if before.get(key) != after.get(key)}
        if not was_written:
            assert not changed
        letters = {writing.letter_of(each) for each in wanted}
        for key in changed:
            mine = {each for each in letters if oracle.may(each, before.get(key))}
            assert mine & {each for each in letters if oracle.may(each, after.get(key))}, key
        audited = AuditRecord.objects.filter(
            action__in=["create", "update", "delete"], outcome="success"
        )
        assert audited.count() == (len(changed) if was_written else 0)


@many
@given(asked=asks, change=changes())
def test_a_change_is_made_exactly_if_it_is_the_tokens_to_make(
    world: Practice, asked: Asks, change: Change
) -> None:
    oracle, letter = world.oracle(asked), writing.letter_of(change)
    with undone():
        kind = change.resource_type.name
        key = kind, getattr(change, "resource_id", None) or ""
        standing = writing.stored().get(key)
        made = getattr(change, "resource", None)
        is_there = made is not None or standing is not None
        names_a_patient = made is None or kind == "Location" or "nobody" not in str(made["subject"])
        is_open = oracle.may(letter, standing) and oracle.may(letter, made)
        stays = made is None or standing is None or made.get("subject") == standing.get("subject")
        assert attempt(world, asked, [change]) == (
            is_there and names_a_patient and is_open and stays
        )


@many
@given(asked=asks.filter(lambda each: each.is_partner), change=changes())
def test_what_a_doctor_is_as_patient_or_mother_lets_nothing_be_written(
    world: Practice, asked: Asks, change: Change
) -> None:
    """She sees these records, by links of her own, and treats neither of the two patients."""
    for who in ("doctor-and-patient", "doctor-and-mother", "rebecca", "guardian"):
        mine = Asks(who, f"{asked.scope} user/*.cruds patient/*.cruds", "142859", None, True)
        with undone():
            before = writing.stored()
            attempt(world, mine, [change])
            after = writing.stored()
            changed = [before.get(key) or after[key] for key in before | after
                       if before.get(key) != after.get(key)]  # fmt: skip
            subjects = {each["subject"]["reference"] for each in changed if "subject" in each}
            assert subjects <= ({"Patient/7"} if who.startswith("doctor") else set())
