"""Whatever the scopes, the grant and the request: nothing outside appears, nothing inside is lost.

An oracle in plain Python (``access_oracle.py``) says what each token opens.
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import people
from tests.api import Api, Session
from tests.people import Person
from tests.smart import tokens
from tests.smart.access_oracle import Token, opens, opens_type, patient_of
from tests.smart.small_practice import (
    OBSERVED,
    OF_DR_GREY,
    PATIENTS,
    Resource,
    resources,
    whole_practice,
)

TYPES = [
    "Patient", "Observation", "Condition", "Encounter", "Provenance", "DocumentReference", "Binary",
    "Practitioner", "Location", "Group",
]  # fmt: skip
CONSTRAINTS = [
    "", "", "", "category=laboratory", f"category={OBSERVED}|vital-signs", "gender=male",
    "category=problem-list-item", "category=laboratory,vital-signs", "status=final",
    "category=laboratory&category=vital-signs", "category=laboratory&status=final",
    "status=finished", "status=active", "colour=red", "category:not=laboratory",
    "patient.name=Larson", "category=", "category=urn:other|laboratory",
]  # fmt: skip


def every_token(
    *types: str, constraints: list[str] = CONSTRAINTS
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Runs a test with many tokens whose scopes are about these types."""
    one = st.builds(
        lambda context, kind, letters, constraint: (
            f"{context}/{kind}.{letters}{f'?{constraint}' if constraint else ''}"
        ),
        st.sampled_from(["patient", "patient", "user", "system"]),
        st.sampled_from(["*", *types]),
        st.sampled_from(["rs", "rs", "read", "r", "s", "*", "cruds", "write", "cud"]),
        st.sampled_from(constraints),
    )
    return given(
        who=st.sampled_from(["rebecca", "grey", "practice"]),
        scope=st.lists(one, min_size=1, max_size=5).map(" ".join),
        patient=st.sampled_from([None, *PATIENTS, "nobody"]),
        patient_ids=st.one_of(st.none(), st.lists(st.sampled_from(PATIENTS), unique=True)),
        fhir_user=st.sampled_from([None, None, "Patient/142859", "Practitioner/dr-grey"]),
    )


many = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class World:
    def __init__(self, everybody: dict[str, Person]) -> None:
        self.everybody = everybody
        self.sees = {"rebecca": {"142859"}, "grey": set(OF_DR_GREY), "practice": set(PATIENTS)}
        self.all: list[Resource] = [
            *({"resourceType": "Patient", "id": each, "gender": "female"} for each in PATIENTS),
            *(people.practitioner(each, "x") for each in ("dr-grey", "dr-strange")),
            *resources(),
        ]

    def token(
        self,
        who: str,
        scope: str,
        patient: str | None,
        patient_ids: list[str] | None,
        fhir_user: str | None,
    ) -> tuple[Token, Session]:
        named = self.sees[who] if patient_ids is None else self.sees[who] & set(patient_ids)
        session = tokens.issue(
            self.everybody[who], scope, patient=patient, patient_ids=patient_ids,
            fhir_user=fhir_user,
        )  # fmt: skip
        return Token(scope, patient, frozenset(named), fhir_user), session

    def of(self, kind: str) -> list[Resource]:
        return [each for each in self.all if each["resourceType"] == kind]

    def opened(self, token: Token, kind: str, letter: str) -> set[str]:
        return {each["id"] for each in self.of(kind) if opens(token, each, letter)}


@pytest.fixture
def world(api: Api, rebecca: Person, dr_grey: Person) -> World:
    api.has(*resources())
    return World({"rebecca": rebecca, "grey": dr_grey, "practice": whole_practice()})


def found(response: Any, mode: str = "match") -> set[str]:
    entries = response.json().get("entry", [])
    return {each["resource"]["id"] for each in entries if each["search"]["mode"] == mode}


@many
@every_token(*TYPES)
def test_a_read_answers_what_is_opened_and_nothing_else(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    for resource in world.all:
        kind = resource["resourceType"]
        status = session.get(f"{kind}/{resource['id']}").status_code
        if opens(token, resource, "r"):
            assert status == 200, (kind, resource["id"])
        else:
            assert status == (404 if opens_type(token, kind, "r") else 403), (kind, resource["id"])


@many
@every_token(*TYPES)
def test_versions_need_a_scope_without_a_constraint(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    for resource in world.all:
        address = f"{resource['resourceType']}/{resource['id']}/_history"
        for each in (address, f"{address}/1"):
            is_opened = opens(token, resource, "r", whole=True)
            assert (session.get(each).status_code == 200) == is_opened, each


@many
@every_token(*TYPES)
def test_a_search_finds_exactly_what_is_opened(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    for kind in TYPES:
        response = session.get(kind)
        if not opens_type(token, kind, "s"):
            assert response.status_code == 403, kind
            continue
        opened = world.opened(token, kind, "s")
        assert found(response) == opened, kind
        assert response.json()["total"] == len(opened)
        history = session.get(f"{kind}/_history")
        if history.status_code == 200:
            whole = [each for each in world.of(kind) if opens(token, each, "s", whole=True)]
            assert history.json()["total"] == len(whole), kind
        else:
            assert not opens_type(token, kind, "s", whole=True), kind


@many
@every_token(*TYPES)
def test_a_search_of_one_patient_or_id_finds_no_more(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    for kind in ("Observation", "Condition"):
        for patient in PATIENTS:
            opened = {
                each["id"]
                for each in world.of(kind)
                if opens(token, each, "s") and patient_of(each) == patient
            }
            for address in (f"{kind}?patient={patient}", f"Patient/{patient}/{kind}",
                            f"/R4-patient-api/single/{kind}.php?patient={patient}"):  # fmt: skip
                response = session.get(address)
                shown = found(response) if response.status_code == 200 else set()
                assert shown == opened, address


@many
@every_token(*TYPES)
def test_what_comes_along_is_opened_at_every_step(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    response = session.get(
        "Observation?_include=Observation:encounter&_include:iterate=Encounter:location"
        "&_revinclude=Provenance:target&_include=Observation:subject"
        "&_revinclude:iterate=Group:member"
    )
    if response.status_code != 200:
        return
    patients = {patient_of(each) for each in world.of("Observation") if opens(token, each, "s")}
    visits = {f"visit-{each}" for each in patients} & world.opened(token, "Encounter", "r")
    subjects = world.opened(token, "Patient", "r") & patients
    wanted = visits | subjects | _provenances(world, token) | _groups(world, token, subjects)
    assert found(response, "include") == wanted | (
        {"ward"} & world.opened(token, "Location", "r") if visits else set()
    )


def _provenances(world: World, token: Token) -> set[str]:
    matches = world.opened(token, "Observation", "s")
    return {f"of-{each}" for each in matches} & world.opened(token, "Provenance", "r")


def _groups(world: World, token: Token, subjects: set[str]) -> set[str]:
    """Lists that a step from a Patient leads to."""
    opened = world.opened(token, "Group", "r")
    return {
        each["id"]
        for each in world.of("Group")
        if each["id"] in opened
        and {member["entity"]["reference"][8:] for member in each.get("member", [])} & subjects
    }


@many
@every_token("Observation", "Encounter", constraints=["", "status=finished", "status=final"])
def test_a_chain_asks_only_of_what_may_be_searched(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    visits = world.opened(token, "Encounter", "s")
    observations = world.opened(token, "Observation", "s")
    through = {each for each in observations if f"visit-{each.partition('-')[2]}" in visits}
    back = {each for each in visits if each.startswith("visit-")} & {
        f"visit-{each.partition('-')[2]}" for each in observations
    }
    for address, wanted in [
        ("Observation?encounter.status=finished", through),
        ("Encounter?_has:Observation:encounter:status=final,preliminary", back),
    ]:
        response = session.get(address)
        assert (found(response) if response.status_code == 200 else set()) == wanted, address


@many
@every_token("Observation", "Patient", constraints=["", "gender=male", "category=laboratory"])
def test_a_patient_is_found_only_by_what_may_be_searched(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    patients = world.opened(token, "Patient", "s")
    observations = {
        each["id"]
        for each in world.of("Observation")
        if opens(token, each, "s") and patient_of(each) == "142859" and "142859" in patients
    }
    for address in ("Observation?patient.identifier=9999094", "Observation?patient.family=larson"):
        response = session.get(address)
        assert (found(response) if response.status_code == 200 else set()) == observations
    response = session.get("Patient?_has:Observation:patient:category=laboratory")
    with_sugar = {each[6:] for each in world.opened(token, "Observation", "s") if "sugar" in each}
    with_both = {each[5:] for each in world.opened(token, "Observation", "s") if "both" in each}
    wanted = patients & (with_sugar | with_both)
    assert (found(response) if response.status_code == 200 else set()) == wanted


@many
@every_token(*TYPES[:5], "Practitioner", "Location", constraints=["", "", "status=final"])
def test_a_whole_record_holds_what_is_opened(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    for patient in PATIENTS:
        response = session.get(f"Patient/{patient}/$everything")
        found_it = 200 if patient in world.opened(token, "Patient", "r") else 404
        assert response.status_code == (found_it if opens_type(token, "Patient", "r") else 403)
        if response.status_code != 200:
            continue
        wanted = {
            each["id"]
            for each in world.all
            if patient_of(each) == patient
            and opens(token, each, "r")
            and (each["resourceType"] == "Patient" or opens(token, each, "s"))
        }
        assert found(response) == wanted
        assert response.json()["total"] == len(wanted)
        beside = {"dr-grey", "dr-strange"} & world.opened(token, "Practitioner", "r")
        assert found(response, "include") & {"dr-grey", "dr-strange"} <= beside
        is_visited = f"visit-{patient}" in wanted and opens(token, world.of("Location")[0], "r")
        assert ("ward" in found(response, "include")) == is_visited


@many
@every_token(*TYPES[:5], constraints=["", "", "gender=male", "status=final"])
def test_whole_records_of_all_hold_what_may_be_searched(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    response = session.get("Patient/$everything")
    if not (opens_type(token, "Patient", "r") and opens_type(token, "Patient", "s")):
        assert response.status_code == 403
        return
    wanted = {each["id"] for each in world.all if patient_of(each)
              and opens(token, each, "r") and opens(token, each, "s")}  # fmt: skip
    assert found(response) == wanted


@many
@every_token(*TYPES)
def test_documents_and_the_guides_addresses_ask_the_same(world: World, **asked: Any) -> None:
    token, session = world.token(**asked)
    for patient in PATIENTS:
        response = session.get(f"DocumentReference/$docref?patient={patient}")
        opened = world.opened(token, "DocumentReference", "s") & {f"note-{patient}"}
        assert (found(response) if response.status_code == 200 else set()) == opened
        single = session.get(f"/R4-patient-api/single/Patient.php?id={patient}")
        assert (single.status_code == 200) == (patient in world.opened(token, "Patient", "r"))
    response = session.get("/R4-patient-api/multiple/api/observation.php")
    shown = found(response) if response.status_code == 200 else set()
    assert shown == world.opened(token, "Observation", "s")
