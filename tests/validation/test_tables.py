"""The tables of R4's types say what R4 says: against HL7's definitions, and against a client's."""

import importlib
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from fhirclient.models.fhirabstractbase import FHIRAbstractBase

from fhirapi.definitions import registry
from fhirapi.validation import tables
from fhirapi.validation.invariants import RULES
from tests.r4_package import definitions
from tools import r4_tables

FILE = tables._FILE
ELSEWHERE = {
    "dom-2", "dom-3", "dom-4", "dom-5", "ref-1",  # contained.py
    "txt-1", "txt-2",  # narrative.py
    "ele-1",  # an object without members is none: structure.py
}  # fmt: skip
WITHOUT_EFFECT = {"ppc-2", "ppc-3", "ppc-4", "ppc-5"}
"""Rules of Consent about the code system 'something', which nobody uses: they always hold."""
TYPES = [each.name for each in registry.every()]


def reachable(name: str, known: set[str]) -> set[str]:
    """All types that may stand within a resource, but for what is contained."""
    if name not in known and name != "Resource":
        known.add(name)
        for element in tables.structure(name).elements.values():
            if element.check is None:
                reachable(element.type, known)
    return known


@pytest.mark.skipif(definitions() is None, reason="the definitions are fetched by make test")
def test_they_are_made_from_the_definitions_of_hl7() -> None:
    wheel = definitions()
    assert wheel
    assert r4_tables.written(r4_tables.tables(wheel)) == FILE.read_bytes()


def test_every_line_can_be_read() -> None:
    every = orjson.loads(FILE.read_bytes())
    assert len(tables.resource_types()) == 146
    assert all(tables.structure(name).elements for name in every["types"])


def model(name: str) -> Any:
    return getattr(importlib.import_module(f"fhirclient.models.{name.lower()}"), name)


def compared(name: str, made: type[FHIRAbstractBase], seen: set[str]) -> Iterator[str]:
    """How the client's model and our table of a type differ."""
    if name in seen:
        return
    seen.add(name)
    ours = {
        json_name: element
        for json_name, element in tables.structure(name).elements.items()
        if not element.is_partner
    }
    theirs = {each[1]: each for each in made().elementProperties() if each[1] != "resourceType"}
    yield from (f"{name}.{each}" for each in set(ours) ^ set(theirs))
    mandatory = {each for _, names in tables.structure(name).mandatory for each in names}
    for each in set(ours) & set(theirs):
        _, _, type_, is_list, choice, is_mandatory = theirs[each]
        if ours[each].is_list != is_list or (choice or "") != ours[each].choice:
            yield f"{name}.{each} is a list or a choice"
        if (each in mandatory) != is_mandatory:
            yield f"{name}.{each} is mandatory"
        if issubclass(type_, FHIRAbstractBase) and "." in ours[each].type:
            yield from compared(ours[each].type, type_, seen)


@pytest.mark.parametrize("name", TYPES)
def test_elements_and_cardinalities_are_those_of_another_implementation_of_r4(name: str) -> None:
    assert list(compared(name, model(name), set())) == []


def test_every_rule_of_the_types_that_we_have_is_asked() -> None:
    within: set[str] = set()
    for name in TYPES:
        reachable(name, within)
    asked = {(name, rule.key) for name, rules in RULES.items() for rule in rules}
    left_out = {
        (path, key)
        for path, keys in tables.invariants().items()
        for key in set(keys) - ELSEWHERE - WITHOUT_EFFECT
        if path in within and (path, key) not in asked
    }
    assert left_out == set()


def test_no_rule_is_about_what_r4_does_not_have() -> None:
    known = {key for keys in tables.invariants().values() for key in keys} | {"con-3"}
    assert {rule.key for rules in RULES.values() for rule in rules} - known == set()


@pytest.mark.parametrize(
    ("element", "code", "is_one"),
    [
        # Where R4B, whose models are easier to get, has other elements, targets or codes.
        ("Encounter.status", "triaged", True),
        ("Observation.status", "cancelled", True),
        ("Device.udiCarrier.entryType", "self-reported", True),
        ("Task.intent", "order", True),
        ("Immunization.status", "not-done", True),
        ("Immunization.status", "in-progress", False),
    ],
)
def test_codes_are_all_of_those_and_only_those_that_r4_requires(
    element: str, code: str, is_one: bool
) -> None:
    holder, _, name = element.rpartition(".")
    codes = tables.structure(holder).elements[name].codes
    assert codes is not None
    assert (code in codes) is is_one
