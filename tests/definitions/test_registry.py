"""The declarations do not contradict themselves, and hold what US Core asks for."""

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fhirapi.definitions import profiles, registry
from fhirapi.definitions.builders import either, resource_type, token
from fhirapi.definitions.canonicals import definition
from fhirapi.definitions.registry import BadDeclaration
from fhirapi.definitions.schema import ResourceType
from fhirapi.searchparams.paths import json_path, steps


def test_a_type_cannot_be_declared_twice() -> None:
    with pytest.raises(BadDeclaration):
        registry.register(resource_type("patient", "again"))


def test_a_parameter_cannot_be_declared_twice() -> None:
    with pytest.raises(BadDeclaration):
        registry.register(resource_type("Thing", "x", token("a"), token("a")))


def test_every_type_is_either_somebodys_shared_or_a_list_of_patients() -> None:
    for each in registry.every():
        assert [bool(each.patient), each.is_shared, bool(each.members)].count(True) == 1, each.name


def test_the_members_of_a_list_must_be_declared() -> None:
    with pytest.raises(BadDeclaration):
        registry.register(resource_type("Thing", "x", members="things"))
    assert registry.find("Thing") is None


def test_a_part_of_a_parameter_must_be_declared() -> None:
    with pytest.raises(BadDeclaration):
        registry.register(resource_type("Thing", "x", either("a", token("b"))))
    assert registry.find("Thing") is None


def test_every_path_can_be_followed() -> None:
    for each in registry.every():
        for path in (path for parameter in each.search for path in parameter.paths):
            assert steps(path)
            assert json_path(path).startswith("$.")


def test_a_path_outside_the_subset_is_refused() -> None:
    for path in ("a.where(b>1)", "a..b", "a|b", "resolve()"):
        with pytest.raises(ValueError, match="can be followed"):
            steps(path)


def test_a_reference_to_anything_may_lead_to_every_type() -> None:
    provenance = registry.find("Provenance")
    assert provenance
    target = provenance.parameter("target")
    assert target
    assert set(target.targets) == {each.name for each in registry.every()}


def test_every_profile_of_us_core_has_its_type_and_its_parameters() -> None:
    for version in profiles.VERSIONS:
        for profile in profiles.of_version(version):
            declared = registry.find(profile["resource"])
            assert declared, profile["resource"]
            asked = set(profile["search_params"])
            assert asked - {each.code for each in declared.search} == set(), profile["profile"]


def test_every_parameter_names_its_published_definition() -> None:
    address = "http://hl7.org/fhir/SearchParameter"
    assert definition("Observation", "patient") == f"{address}/clinical-patient"
    assert definition("Observation", "value-quantity") == f"{address}/Observation-value-quantity"
    assert definition("Patient", "_id") == f"{address}/Resource-id"
    assert definition("CareTeam", "role") == (
        "http://hl7.org/fhir/us/core/SearchParameter/us-core-careteam-role"
    )
    assert definition("Binary", "patient") is None


@pytest.mark.parametrize("declared", list(registry.every()), ids=lambda each: each.name)
def test_the_mandatory_elements_of_a_type_are_those_of_the_standard(
    declared: ResourceType,
) -> None:
    wanted = set()
    for name, field in get_fhir_model_class(declared.name).model_fields.items():
        about: Any = field.json_schema_extra or {}
        if field.is_required() or about.get("element_required"):
            wanted.add(field.alias or name)
        elif about.get("one_of_many_required"):
            wanted.add(f"{about['one_of_many']}[x]")
    assert set(declared.mandatory) == wanted
