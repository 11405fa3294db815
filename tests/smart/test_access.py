"""What scopes decide, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.definitions import registry
from fhirapi.outcomes import Outcome
from fhirapi.smart.access.decision import Access, both
from fhirapi.smart.access.scopes import parse
from fhirapi.store.constraint import CLOSED, OPEN, Constraint, Way

LAB = Way(criteria=(("category", "laboratory"),))
names = st.sampled_from([each.name for each in registry.every()])
interactions = st.sampled_from(["read", "search-type", "vread", "history-type", "update"])
any_scopes = st.lists(
    st.from_regex(
        r"(patient|user|system)/(\*|Patient|Observation)\.(rs|read|c?r?u?d?s)(\?[a-z=&:.,|]{1,12})?",
        fullmatch=True,
    ),
    max_size=4,
).map(" ".join)


def opened(scope: str, interaction: str = "read", *, kind: str = "Observation") -> Constraint:
    return Access(parse(scope), "1").constraint(kind, interaction)


@pytest.mark.parametrize(
    ("scope", "interaction"),
    [
        ("patient/*.rs", "read"),
        ("patient/*.read", "search-type"),
        ("user/Patient.r", "read"),
        ("patient/Patient.*", "search-type"),
        ("system/*.rs", "read"),
        ("patient/Patient.s", "history-type"),
        ("user/Patient.write", "update"),
        ("user/Patient.cruds", "delete"),
    ],
)
def test_a_fitting_scope_allows(scope: str, interaction: str) -> None:
    assert Access(parse(scope), "1").decide("Patient", interaction) == OPEN


@pytest.mark.parametrize(
    "scope",
    ["", "patient/Observation.rs", "patient/Patient.s", "openid", "patient/Patient.write",
     "patient/Patient.rs?category=x"],
)  # fmt: skip
def test_everything_else_is_denied(scope: str) -> None:
    with pytest.raises(Outcome) as refused:
        Access(parse(scope), "1").decide("Patient", "read")
    assert refused.value.status == 403
    assert "insufficient_scope" in refused.value.headers["WWW-Authenticate"]


def test_a_type_that_does_not_exist_is_closed() -> None:
    assert opened("user/*.rs", kind="Starship") == CLOSED


def test_a_scope_of_a_patient_opens_nothing_without_one_but_the_practices_own_data() -> None:
    nobody = Access(parse("patient/*.rs"), None)
    assert nobody.constraint("Observation", "read") == CLOSED
    assert nobody.constraint("Practitioner", "read") == OPEN


def test_beside_a_users_scope_a_patients_reaches_that_patient_only() -> None:
    mixed = "patient/Observation.rs user/Condition.rs"
    assert opened(mixed) == (Way(only_context=True),)
    assert opened(mixed, kind="Condition") == OPEN
    assert not Access(parse(mixed), "1").is_of_one_patient


def test_a_token_with_nothing_but_patients_scopes_is_narrowed_as_a_whole() -> None:
    assert Access(parse("patient/*.rs openid launch/patient"), "1").is_of_one_patient
    assert opened("patient/*.rs") == OPEN


def test_who_signed_in_may_be_read_and_nobody_else_of_the_type() -> None:
    access = Access(parse("patient/Observation.rs"), "1", "Practitioner/dr-grey")
    assert access.constraint("Practitioner", "read") == (Way(criteria=(("_id", "dr-grey"),)),)
    for interaction in ("search-type", "vread", "update"):
        assert access.constraint("Practitioner", interaction) == CLOSED
    assert access.constraint("Patient", "read") == CLOSED


def test_constraints_of_one_type_are_alternatives() -> None:
    several = "user/Observation.rs?category=laboratory user/Observation.rs?status=final&code=a|b"
    assert opened(several) == (LAB, Way(criteria=(("status", "final"), ("code", "a|b"))))


def test_a_scope_without_a_constraint_makes_the_others_needless() -> None:
    assert opened("user/Observation.rs?category=laboratory user/Observation.r") == OPEN
    assert opened("user/Observation.rs?category=laboratory user/Observation.r", "search-type") == (
        LAB,
    )


@pytest.mark.parametrize(
    "constraint",
    ["colour=red", "category:not=a", "category=", "category", "patient.name=a", "&", "=",
     "_has:Provenance:target:agent=a", "_include=Observation:subject", "_count=1",
     "category=a&colour=red", "category=%00"],
)  # fmt: skip
def test_a_constraint_that_cannot_be_applied_opens_nothing(constraint: str) -> None:
    assert opened(f"user/Observation.rs?{constraint}") == CLOSED


def test_escaped_characters_of_a_constraint_mean_themselves() -> None:
    [scope] = parse("user/Observation.rs?category=http%3A%2F%2Fa%7Cb")
    assert scope.criteria == (("category", "http://a|b"),)


def test_old_versions_need_a_scope_without_a_constraint() -> None:
    access = Access(parse("user/Observation.rs?category=laboratory"), None)
    for interaction in ("vread", "history-instance", "history-type"):
        with pytest.raises(Outcome) as refused:
            access.decide("Observation", interaction)
        assert "open only a part of Observation" in refused.value.text
    assert access.decide("Observation", "read") == (LAB,)


def test_what_must_fulfil_two_constraints_fulfils_a_pair_of_their_ways() -> None:
    final = Way(only_context=True, criteria=(("status", "final"),))
    assert both(OPEN, (LAB,)) == both((LAB,), OPEN) == both((LAB,), (LAB,)) == (LAB,)
    assert both((LAB,), (final,)) == (Way(True, (*LAB.criteria, *final.criteria)),)
    assert both(CLOSED, OPEN) == both(OPEN, CLOSED) == CLOSED


@given(any_scopes, st.sampled_from([None, "1"]), names, interactions)
def test_more_scopes_never_open_less(
    scope: str, patient: str | None, name: str, interaction: str
) -> None:
    whole = Access(parse(scope), patient).constraint(name, interaction)
    for word in scope.split():
        part = Access(parse(word), patient).constraint(name, interaction)
        assert whole == OPEN or len(whole) >= len(part)


@given(any_scopes, names, interactions)
def test_only_a_scope_of_the_type_with_the_letter_opens(
    scope: str, name: str, interaction: str
) -> None:
    letter = {"update": "u"}.get(interaction, "r" if interaction in ("read", "vread") else "s")
    if Access(parse(scope), "1").allows(name, interaction):
        assert any(each.allows(name, letter) for each in parse(scope))
