"""Coded things: ``{"code": "195967001", "system": "snomed", "display": "Asthma"}``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhirapi.provider.schema import FieldError, Json, Shape
from fhirapi.provider.shapes.objects import object_errors, object_schema, shown_parts, without_null
from fhirapi.provider.shapes.plain import Plain, Text

SYSTEMS = {
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd10pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "icd9cm": "http://hl7.org/fhir/sid/icd-9-cm",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "cpt": "http://www.ama-assn.org/go/cpt",
    "hcpcs": "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "ndc": "http://hl7.org/fhir/sid/ndc",
    "ucum": "http://unitsofmeasure.org",
    "nucc": "http://nucc.org/provider-taxonomy",
    "npi": "http://hl7.org/fhir/sid/us-npi",
}
"""Short names of systems. https://hl7.org/fhir/R4/terminologies-systems.html"""
_SHORT = {uri: name for name, uri in SYSTEMS.items()}

CODE = Text(r"\S+( \S+)*", "a code without blanks around it")
_WORDS = Text()


class System(Plain):
    """A short name, or the URI of a system that has none."""

    def show(self, stored: Any) -> Any:
        return _SHORT.get(stored, stored) if isinstance(stored, str) else None

    def store(self, value: Any, onto: Any) -> Any:
        return SYSTEMS.get(value, value)

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        wrong = list(_WORDS.errors(value, name))
        yield from wrong
        if not wrong and value not in SYSTEMS and (":" not in value or value.split() != [value]):
            yield FieldError(
                name, "enum", f"Expected is one of {', '.join(SYSTEMS)}, or the URI of a system."
            )

    def json_schema(self) -> Json:
        return {"anyOf": [{"enum": list(SYSTEMS)}, {"type": "string", "format": "uri"}]}


SYSTEM = System()
_PARTS: dict[str, Shape] = {"code": CODE, "system": SYSTEM, "display": _WORDS}


def _shown(coding: Any) -> Json:
    """The members that a coding has."""
    return shown_parts(coding, _PARTS) if isinstance(coding, dict) else {}


def _stored(value: Json, onto: Any) -> Json:
    """What else the stored coding says (its version) is kept while it is the same code."""
    old = onto if isinstance(onto, dict) and _is_same_code(value, _shown(onto)) else {}
    kept = {name: part for name, part in old.items() if name not in _PARTS}
    parts = ("system", "code", "display")
    return kept | {name: _PARTS[name].store(value[name], None) for name in parts if name in value}


def _is_same_code(one: Json, other: Json) -> bool:
    named = (one.get("code"), SYSTEM.store(one.get("system"), None))
    return named == (other.get("code"), SYSTEM.store(other.get("system"), None))


@dataclass(frozen=True)
class Coding(Shape):
    """FHIR's Coding: one code of one system."""

    def show(self, stored: Any) -> Any:
        return _shown(stored) or None

    def store(self, value: Any, onto: Any) -> Any:
        return _stored(without_null(value), onto)

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from _coding_errors(value, name, _PARTS)

    def json_schema(self) -> Json:
        return {**object_schema(_PARTS), "anyOf": _NEEDED}


_NEEDED = [{"required": ["code"]}, {"required": ["display"]}]


def _coding_errors(value: Any, name: str, parts: dict[str, Shape]) -> Iterator[FieldError]:
    yield from object_errors(value, name, parts, ())
    if isinstance(value, dict) and not any(value.get(each) for each in ("code", "display", "text")):
        yield FieldError(f"{name}.code", "required", "A code is needed, or words instead.")


class _Others(Shape):
    """Further codings of a concept, as input has them."""

    def show(self, stored: Any) -> Any:
        return [_shown(each) for each in stored]

    def store(self, value: Any, onto: Any) -> Any:
        return [_stored(each, None) for each in value]

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if not isinstance(value, list) or not value:
            yield FieldError(name, "type", "A list of codes is expected here.")
            return
        for number, each in enumerate(value):
            yield from _coding_errors(each, f"{name}[{number}]", _PARTS)

    def json_schema(self) -> Json:
        return {"type": "array", "minItems": 1, "items": Coding().json_schema()}


_OTHERS = _Others()
_CONCEPT_PARTS: dict[str, Shape] = {**_PARTS, "text": _WORDS, "other_codings": _OTHERS}


@dataclass(frozen=True)
class Concept(Shape):
    """FHIR's CodeableConcept: a code, the same in other systems, and words.

    ``text`` is what was said; left out where it says what ``display`` says. Stored
    ``other_codings`` that input leaves out stay as long as the code does: they say the same.
    """

    def show(self, stored: Any) -> Any:
        if not isinstance(stored, dict):
            return None
        codings = stored.get("coding") or []
        flat = _shown(codings[0]) if codings else {}
        text = _WORDS.show(stored["text"]) if "text" in stored else None
        if text and text != flat.get("display"):
            flat["text"] = text
        if others := _OTHERS.show(codings[1:]):
            flat["other_codings"] = others
        return flat or None

    def store(self, value: Any, onto: Any) -> Any:
        says_others = "other_codings" in value
        value = without_null(value)
        old = onto if isinstance(onto, dict) else {}
        codings = old.get("coding") or [None]
        kept = {name: part for name, part in old.items() if name not in ("coding", "text")}
        main = _stored(value, codings[0])
        others = codings[1:] if _is_same_code(value, _shown(codings[0])) else []
        if says_others:
            others = self._others(value.get("other_codings", []), codings[1:])
        text = value.get("text") or value.get("display")
        return (
            kept
            | ({"coding": [*([main] if main else []), *others]} if main or others else {})
            | ({"text": text} if text else {})
        )

    @staticmethod
    def _others(values: list[Json], stored: list[Any]) -> list[Json]:
        by_code = {(each.get("system"), each.get("code")): each for each in stored}
        flat = [without_null(each) for each in values]
        keys = [(SYSTEM.store(each.get("system"), None), each.get("code")) for each in flat]
        return [_stored(each, by_code.get(key)) for each, key in zip(flat, keys, strict=True)]

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from _coding_errors(value, name, _CONCEPT_PARTS)

    def json_schema(self) -> Json:
        return {**object_schema(_CONCEPT_PARTS), "anyOf": [*_NEEDED, {"required": ["text"]}]}


@dataclass(frozen=True)
class CodedEnum(Shape):
    """A CodeableConcept whose codes are few and known: flat, it is the code alone."""

    system: str
    codes: dict[str, str]
    """With what is displayed."""

    def show(self, stored: Any) -> Any:
        codings = stored.get("coding") or () if isinstance(stored, dict) else ()
        found = [each.get("code") for each in codings if each.get("system") == self.system]
        return found[0] if found and found[0] in self.codes else None

    def store(self, value: Any, onto: Any) -> Any:
        old = onto if isinstance(onto, dict) else {}
        kept = {name: part for name, part in old.items() if name not in ("coding", "text")}
        display = self.codes[value]
        return kept | {
            "coding": [{"system": self.system, "code": value, "display": display}],
            "text": display,
        }

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if not isinstance(value, str):
            yield FieldError(name, "type", "A text is expected here.")
        elif value not in self.codes:
            yield FieldError(name, "enum", f"Expected is one of {', '.join(self.codes)}.")

    def json_schema(self) -> Json:
        return {"type": "string", "enum": list(self.codes)}
