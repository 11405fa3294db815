"""What the chapters of the resource types tell: from the declarations, R4's and US Core's tables.

``type_words.json`` has a sentence or two about each: what one wants to know before its fields.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.urls import reverse

from fhirapi.definitions import profiles, registry
from fhirapi.definitions.builders import COMMON
from fhirapi.definitions.canonicals import definition
from fhirapi.definitions.parts import PARTS
from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.provider import registry as kinds
from fhirapi.provider.schema import Kind
from fhirapi.search.query import modifiers
from fhirapi.smart.access.granular import in_words
from fhirapi.smart.access.scopes import parse_one, supported
from fhirapi.validation.tables import Element, structure
from portal.documentation.examples.searches import Search, searches

_COMPARED = (ParameterType.DATE, ParameterType.NUMBER, ParameterType.QUANTITY)
_OF_EVERY_RESOURCE = ("id", "meta", "implicitRules", "language", "text", "contained", "extension",
                      "modifierExtension")  # fmt: skip
_COMMON_CODES = frozenset(each.code for each in COMMON)


@dataclass(frozen=True)
class Field:
    name: str
    """``onset[x]`` for all of a choice."""
    types: str
    how_many: str
    us_core: str
    """``mandatory``, ``must support``, with the elements below it that are."""
    is_in_summary: bool
    searched_by: tuple[str, ...]


@dataclass(frozen=True)
class Parameter:
    code: str
    type: str
    modifiers: tuple[str, ...]
    has_prefixes: bool
    targets: str
    """Where a chain leads."""
    where: str
    """Which elements it looks at."""
    published: str
    """Address of its definition."""
    search: Search | None


@dataclass(frozen=True)
class ProfileOf:
    name: str
    address: str
    versions: str


@dataclass(frozen=True)
class Scope:
    name: str
    words: str


def every() -> list[ResourceType]:
    return sorted(registry.every(), key=lambda each: each.name)


@cache
def about() -> dict[str, str]:
    found: dict[str, str] = orjson.loads((Path(__file__).parent / "type_words.json").read_bytes())
    return found


def facts_of_all() -> dict[str, Any]:
    return {"types": [_row(each) for each in every()], "us_core_versions": profiles.VERSIONS}


def _row(type_: ResourceType) -> dict[str, Any]:
    return {
        "name": type_.name,
        "words": type_.words,
        "address": address_of(type_.name),
        "profiles": len(_profiles(type_.name)),
        "parameters": len(type_.search),
        "whose": _whose_shortly(type_),
        "kinds": ", ".join(f"`{each.name}`" for each in _kinds(type_.name)),
    }


def facts(name: str) -> dict[str, Any]:
    type_ = registry.find(name)
    assert type_ is not None  # noqa: S101 - chapters are made of the registry's types
    words = searches().get(name, {})
    return {
        "type": type_,
        "about": about()[name],
        "whose": _whose(type_),
        "profiles": _profiles(name),
        "combinations": _combinations(name),
        "fields": list(_fields(type_)),
        "parameters": [_parameter(type_, each, words) for each in type_.search
                       if each.code not in _COMMON_CODES],
        "common": [_parameter(type_, each, words) for each in type_.search
                   if each.code in _COMMON_CODES],
        "includes": [each.code for each in type_.search if each.type is ParameterType.REFERENCE],
        "reverse_includes": _reverse_includes(name),
        "scopes": _scopes(name),
        "parts": [(part, f"patient/{name}.rs?{part.constraint}") for part in PARTS.get(name, ())],
        "kinds": _kinds(name),
    }  # fmt: skip


def address_of(name: str) -> str:
    return reverse("portal:chapter", args=[f"resources/{name}"])


def _whose_shortly(type_: ResourceType) -> str:
    if type_.is_shared:
        return "the practice"
    return "those on the list" if type_.members else "a patient"


def _whose(type_: ResourceType) -> str:
    if type_.is_shared:
        return ("It belongs to the practice and is in nobody's record: every token whose scopes "
                "open the type may read it.")  # fmt: skip
    if type_.members:
        return ("It names several patients: whoever may see every patient on the list may see the "
                "list.")  # fmt: skip
    if type_.patient == "id":
        return "It is the patient's own: a token opens the patients that it was issued for."
    if type_.patient and type_.has_several_patients:
        return (f"It belongs to every patient whom `{type_.patient}` names; a token sees it where "
                "it opens one of them.")  # fmt: skip
    if type_.patient:
        return (f"It belongs to the patient whom `{type_.patient}` names; a token sees it where it "
                "opens that patient.")  # fmt: skip
    return "It belongs to the record of what refers to it, and is seen by whoever sees that."


@cache
def _of_us_core(name: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Every profile of the type with its version, the newest first."""
    return tuple(
        (version, each)
        for version in reversed(profiles.VERSIONS)
        for each in profiles.of_version(version)
        if each["resource"] == name
    )


def _profiles(name: str) -> list[ProfileOf]:
    versions: dict[str, list[str]] = {}
    for version, each in _of_us_core(name):
        versions.setdefault(each["profile"], []).insert(0, version)
    return [
        ProfileOf(address.rpartition("/")[2], address, ", ".join(named))
        for address, named in sorted(versions.items())
    ]


def _combinations(name: str) -> list[str]:
    """Searches by several parameters that US Core names for the type."""
    found = {
        " + ".join(f"`{each}`" for each in search["params"])
        for _, profile in _of_us_core(name)
        for search in profile["searches"]
        if len(search["params"]) > 1
    }
    return sorted(found)


def _fields(type_: ResourceType) -> Iterator[Field]:
    """As the type has them, those of every resource left out."""
    grouped: dict[str, list[Element]] = {}
    for each in structure(type_.name).elements.values():
        if not each.is_partner and each.name not in _OF_EVERY_RESOURCE:
            grouped.setdefault(f"{each.choice}[x]" if each.choice else each.name, []).append(each)
    needed = {f"{one}[x]" if one in structure(type_.name).choices else one
              for one, _ in structure(type_.name).mandatory}  # fmt: skip
    for name, elements in grouped.items():
        yield Field(
            name=name,
            types=", ".join(_type(each) for each in elements),
            how_many=f"{int(name in needed)}..{'*' if elements[0].is_list else 1}",
            us_core=_us_core(type_.name, name),
            is_in_summary=name in type_.summary_elements,
            searched_by=tuple(
                each.code for each in type_.search if any(_is_at(path, name) for path in each.paths)
            ),
        )


def _type(element: Element) -> str:
    if element.targets:
        return f"Reference to {', '.join(sorted(element.targets))}"
    name = element.type.rpartition(".")[2] if element.type[0].isupper() else element.type
    return "parts" if "." in element.type or name == "BackboneElement" else name


def _is_at(path: str, name: str) -> bool:
    first = path.partition(".")[0].partition("(")[0]
    base = name.removesuffix("[x]")
    return first in (name, base) or (name.endswith("[x]") and first.startswith(base)
                                     and first[len(base) : len(base) + 1].isupper())  # fmt: skip


def _us_core(resource: str, name: str) -> str:
    """Of the newest version that has a profile of the type."""
    if not _of_us_core(resource):
        return ""
    newest = _of_us_core(resource)[0][0]
    of_newest = [each for version, each in _of_us_core(resource) if version == newest]
    base = name.removesuffix("[x]")
    ours = [f"{resource}.{name}", f"{resource}.{base}"]
    needing = sum(any(each in profile["mandatory"] for each in ours) for profile in of_newest)
    supported = {
        element for profile in of_newest for element in profile["must_support"]["elements"]
    }
    said = ""
    if needing:
        said = "mandatory" if needing == len(of_newest) else "mandatory in some profiles"
    elif any(_is_at(each, name) for each in supported):
        said = "must support"
    below = sorted(each.partition(".")[2] for each in supported
                   if "." in each and _is_at(each, name))  # fmt: skip
    return f"{said or 'must support'}: {', '.join(below)}" if below else said


def _parameter(
    type_: ResourceType, parameter: SearchParameter, words: dict[str, Search]
) -> Parameter:
    known = sorted(each for each in modifiers(parameter) if each)
    is_any = len(parameter.targets) == len(list(registry.every()))
    return Parameter(
        code=parameter.code,
        type=parameter.type.value,
        modifiers=tuple(known),
        has_prefixes=parameter.type in _COMPARED,
        targets="any type" if is_any else ", ".join(parameter.targets),
        where=", ".join(parameter.paths or parameter.parts),
        published=definition(type_.name, parameter.code) or "",
        search=words.get(parameter.code),
    )


def _reverse_includes(name: str) -> list[str]:
    return [
        f"{source.name}:{parameter.code}"
        for source in every()
        for parameter in source.search
        if parameter.type is ParameterType.REFERENCE
        and name in parameter.targets
        and len(parameter.targets) < len(list(registry.every()))
    ]


def _scopes(name: str) -> list[Scope]:
    found = []
    for word in supported():
        scope = parse_one(word)
        if scope is not None and scope.resource_type == name and not scope.constraint:
            found.append(Scope(word, in_words(word)))
    return found


def _kinds(name: str) -> list[Kind]:
    return [each for each in kinds.every() if each.resource_type == name]
