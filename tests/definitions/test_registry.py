"""The declarations are the one place: a type that is only declared works everywhere."""

from collections.abc import Iterator

import pytest

from fhirapi.definitions import registry
from fhirapi.definitions.builders import date, resource_type, token
from fhirapi.definitions.registry import BadDeclaration
from fhirapi.rest import capabilities
from tests.api import Api, ids
from tests.people import Person


@pytest.fixture
def _starship() -> Iterator[None]:
    """A type that the product does not have."""
    registry.register(
        resource_type(
            "Starship", "Ships", token("hull"), date("launched"), patient="owner",
            clinical_date="launched",
        )
    )  # fmt: skip
    capabilities._statement.cache_clear()
    yield
    registry.unregister("Starship")
    capabilities._statement.cache_clear()


@pytest.mark.usefixtures("_starship")
def test_a_declared_type_can_be_stored_read_searched_and_is_announced(
    api: Api, rebecca: Person
) -> None:
    api.has(
        {
            "resourceType": "Starship",
            "id": "s1",
            "hull": {"coding": [{"code": "steel"}]},
            "launched": "2020",
            "owner": {"reference": "Patient/142859"},
        }
    )
    session = api.as_(rebecca.key)
    assert session.get("Starship/s1").status_code == 200
    assert ids(session.get("Starship", {"hull": "steel", "launched": "2020-05,2020"})) == ["s1"]
    assert ids(session.get("/R4-patient-api/single/starship.php", {"patient": "142859"})) == ["s1"]
    types = [each["type"] for each in session.get("metadata").json()["rest"][0]["resource"]]
    assert "Starship" in types


def test_a_type_cannot_be_declared_twice() -> None:
    with pytest.raises(BadDeclaration):
        registry.register(resource_type("patient", "again"))


def test_a_parameter_cannot_be_declared_twice() -> None:
    with pytest.raises(BadDeclaration):
        registry.register(resource_type("Thing", "x", token("a"), token("a")))


def test_every_type_is_either_somebodys_shared_or_a_group() -> None:
    for each in registry.every():
        assert each.patient or each.is_shared or each.name == "Group", each.name
