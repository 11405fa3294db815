"""R4's definitions as the walk through a resource wants them, made from ``r4.json`` at first use.

``r4.json`` has a line for each type; an element is ``1..1 code in observation-status`` or
``0..* Reference to Patient Group``. ``tools/r4_tables.py`` makes it.
"""

import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from fhirapi.validation.primitives import CHECKS, Check

_FILE = Path(__file__).parent / "r4.json"
_LINE = re.compile(
    r"(?P<min>[01])\.\.(?P<max>1|\*) (?P<types>\S+)(?: to (?P<targets>.+?))?(?: in (?P<codes>\S+))?"
)
_ALIASES = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}
_FORMS = {
    # Sets that no list is complete for: media types (RFC 6838) and currencies (ISO 4217).
    "mimetypes": re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:\s*;\s*[^\s;]+)*", re.ASCII),
    "currencies": re.compile(r"[A-Z]{3}"),
}


@dataclass(frozen=True, slots=True)
class Element:
    """One that may stand in a JSON object under its name there: ``valueQuantity``."""

    name: str
    """In FHIRPath: ``valueQuantity``, and ``status`` for what ``_status`` holds."""
    type: str
    is_list: bool
    check: Check | None
    """Of a primitive."""
    codes: frozenset[str] | None = None
    """Of a required binding."""
    form: re.Pattern[str] | None = None
    """Of a required binding whose codes nobody lists."""
    concepts: frozenset[tuple[str, str]] | None = None
    """System and code, of a required binding of a CodeableConcept."""
    targets: frozenset[str] | None = None
    """Of a Reference; None: to anything."""
    is_partner: bool = False
    """What ``_status`` holds: id and extensions of a primitive."""
    choice: str = ""
    """``value`` for all of ``value[x]``."""


_PARTNER = Element("", "Element", is_list=False, check=None, is_partner=True)
_ATTRIBUTES = (("id", "string"), ("div", "xhtml"))


@dataclass(frozen=True, slots=True)
class Structure:
    name: str
    elements: dict[str, Element]
    mandatory: tuple[tuple[str, tuple[str, ...]], ...]
    """Each with the JSON names under which it may be there."""
    choices: frozenset[str]
    is_resource: bool


@cache
def _read() -> dict[str, Any]:
    tables: dict[str, Any] = orjson.loads(_FILE.read_bytes())
    return tables


@cache
def resource_types() -> frozenset[str]:
    return frozenset(_read()["resources"])


def invariants() -> dict[str, list[str]]:
    """The keys of every rule that R4 calls an error, by the path of its element."""
    found: dict[str, list[str]] = _read()["invariants"]
    return found


@cache
def structure(name: str) -> Structure:
    """Of a type or of an element that has elements: ``Observation.component``."""
    elements: dict[str, Element] = {}
    mandatory, choices = [], set()
    for step, line in _read()["types"][name].items():
        made = _elements(step, line, is_attribute=f"{name}.{step}" == "Extension.url")
        elements |= made
        if step.endswith("[x]"):
            choices |= {each.choice for each in made.values()}
        if line[0] == "1":
            mandatory.append((step.removesuffix("[x]"), tuple(made)))
    return Structure(name, elements, tuple(mandatory), frozenset(choices), name in resource_types())


def _elements(step: str, line: str, *, is_attribute: bool) -> dict[str, Element]:
    """By JSON name: one for each type of a choice, and beside primitives their partners."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"{step}: {line}")
    found = {}
    choice = step.removesuffix("[x]") if step.endswith("[x]") else ""
    for type_ in match["types"].split("|"):
        suffix = _ALIASES.get(type_, type_)
        name = f"{choice}{suffix[0].upper()}{suffix[1:]}" if choice else step
        found[name] = element = _element(name, type_, match, choice)
        # https://hl7.org/fhir/R4/json.html#primitive; attributes have no extensions.
        if element.check and not is_attribute and (name, type_) not in _ATTRIBUTES:
            found[f"_{name}"] = replace(_PARTNER, name=name, is_list=element.is_list, choice=choice)
    return found


def _element(name: str, type_: str, match: re.Match[str], choice: str) -> Element:
    element = Element(name, type_, match["max"] == "*", CHECKS.get(type_), choice=choice)
    bound = match["codes"] or ""
    codes: dict[str, list[str]] = _read()["codes"].get(bound, {})
    if type_ == "Reference" and match["targets"]:
        return replace(element, targets=frozenset(match["targets"].split()))
    if type_ == "code" and codes:
        return replace(element, codes=frozenset(chain.from_iterable(codes.values())))
    if type_ == "code" and bound in _FORMS:
        return replace(element, form=_FORMS[bound])
    if type_ == "CodeableConcept" and codes:
        pairs = ((system, code) for system, listed in codes.items() for code in listed)
        return replace(element, concepts=frozenset(pairs))
    return element
