"""The declarations are the one place: a type that is only declared works everywhere."""

from collections.abc import Iterator
from typing import Any

import pytest

from fhirapi.definitions import registry
from fhirapi.definitions.builders import (
    date,
    identifier,
    number,
    quantity,
    reference,
    resource_type,
    string,
    token,
    uri,
)
from fhirapi.rest import capabilities
from fhirapi.smart.access import granular, scopes
from tests.api import Api, Session, ids
from tests.people import Person


@pytest.fixture
def _starship() -> Iterator[None]:
    """A type that the product does not have."""
    registry.register(
        resource_type(
            "Starship", "Ships", identifier(), token("hull"), date("launched"), string("title"),
            quantity("length"), number("crew"), uri("blueprint"),
            reference("captain", to="Practitioner"),
            patient="owner", clinical_date="launched",
        )
    )  # fmt: skip
    capabilities._statement.cache_clear()
    yield
    registry.unregister("Starship")
    capabilities._statement.cache_clear()


@pytest.fixture
def session(api: Api, rebecca: Person, _starship: None) -> Session:
    api.has(
        ship("s1", launched="2020", hull={"coding": [{"code": "steel"}]}, crew=430),
        ship("s2", launched="2021", title="Défiant", length={"value": 120, "unit": "m"}),
        ship("s3", blueprint="urn:plan:3", identifier=[{"value": "NCC-3"}],
             captain={"reference": "Practitioner/dr-grey"}),
        {"resourceType": "Provenance", "id": "p1", "target": [{"reference": "Starship/s1"}]},
    )  # fmt: skip
    return api.as_(rebecca.key)


def ship(resource_id: str, **more: Any) -> dict[str, Any]:
    owner = {"reference": "Patient/142859"}
    return {"resourceType": "Starship", "id": resource_id, "owner": owner, **more}


def test_it_can_be_stored_and_read(session: Session) -> None:
    assert session.get("Starship/s1").json()["crew"] == 430
    found = session.get("/R4-patient-api/single/starship.php", {"patient": "142859"})
    assert ids(found) == ["s2", "s1", "s3"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"hull": "steel", "launched": "2020-05,2020"}, ["s1"]),
        ({"title": "defi"}, ["s2"]),
        ({"length": "gt100||m"}, ["s2"]),
        ({"crew": "430"}, ["s1"]),
        ({"crew": "lt400"}, []),
        ({"blueprint": "urn:plan:3"}, ["s3"]),
        ({"identifier": "NCC-3"}, ["s3"]),
        ({"captain.family": "grey"}, ["s3"]),
        ({"patient": "142859", "_sort": "-launched"}, ["s2", "s1", "s3"]),
        ({"_has:Provenance:target:_id": "p1"}, ["s1"]),
        ({"hull:missing": "true"}, ["s2", "s3"]),
    ],
)
def test_it_can_be_searched(session: Session, query: dict[str, str], found: list[str]) -> None:
    assert ids(session.get("Starship", query)) == found


def test_what_refers_to_it_and_what_it_refers_to_comes_along(session: Session) -> None:
    query = {"_revinclude": "Provenance:target", "_include": "Starship:captain"}
    entries = session.get("Starship", query).json()["entry"]
    beside = {e["resource"]["id"] for e in entries if e["search"]["mode"] == "include"}
    assert beside == {"p1", "dr-grey"}


def test_it_is_cut_down_to_what_can_be_searched(session: Session) -> None:
    entry = session.get("Starship", {"_summary": "true", "crew": "430"}).json()["entry"][0]
    elements = {"resourceType", "id", "meta", "owner", "launched", "hull", "crew"}
    assert set(entry["resource"]) == elements


def test_it_is_announced(session: Session) -> None:
    [rest] = session.get("metadata").json()["rest"]
    [announced] = [each for each in rest["resource"] if each["type"] == "Starship"]
    types = {each["name"]: each["type"] for each in announced["searchParam"]}
    assert types["crew"] == "number"
    assert types["patient"] == "reference"


@pytest.mark.usefixtures("_starship")
def test_it_has_scopes(db: None) -> None:
    assert granular.is_understood("patient/Starship.rs")
    assert "user/Starship.rs" in scopes.supported()
    assert granular.RegistryScopes().get_all_scopes()["patient/Starship.rs"] == "Ships"
