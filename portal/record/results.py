"""What an Observation found: a value, several components, or why there is none.

https://hl7.org/fhir/R4/observation.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from fhirapi.searchparams.paths import values
from portal.record.words import at, in_words, unit

# Outside of what is usual. http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation
_FLAGS = {"H", "HH", "HU", "L", "LL", "LU", "A", "AA"}
_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"


@dataclass(frozen=True)
class Figure:
    """A number in a result: the value itself, or that of a component."""

    words: str
    """Of which component; empty for the value itself."""
    value: float
    unit: str
    low: float | None
    high: float | None


def result(observation: dict[str, Any]) -> str:
    if words := at(observation, "value[x]"):
        return words
    components = observation.get("component", [])
    if not components:
        return at(observation, "dataAbsentReason")
    by_code = {code: each for each in components for code in values(each, "code.coding.code")}
    if pressure := _pressure(by_code):
        return pressure
    parts = (f"{at(each, 'code')}: {_part(each)}" for each in components)
    return "; ".join(parts)


def answers(response: dict[str, Any]) -> str:
    """What was asked and answered. https://hl7.org/fhir/R4/questionnaireresponse.html"""
    return "; ".join(_answered(response))


def _answered(item: dict[str, Any]) -> Iterator[str]:
    for each in item.get("item", []):
        if words := at(each, "answer.value[x]"):
            yield f"{each.get('text', '')}: {words}"
        yield from _answered(each)
        for answer in each.get("answer", []):
            yield from _answered(answer)


def usual(observation: dict[str, Any]) -> str:
    """The reference range, as the laboratory gave it."""
    return at(observation, "referenceRange")


def flag(observation: dict[str, Any]) -> str:
    """In words, where the result is not what is usual; empty otherwise."""
    codes = set(values(observation, "interpretation.coding.code"))
    return (at(observation, "interpretation") or _("Abnormal")) if codes & _FLAGS else ""


def figures(observation: dict[str, Any]) -> list[Figure]:
    """Every number that can be plotted, the parts of a blood pressure each on its own."""
    own = _figure(observation, "")
    parts = (_figure(each, at(each, "code")) for each in observation.get("component", []))
    return [each for each in (own, *parts) if each]


def _pressure(by_code: dict[str, dict[str, Any]]) -> str:
    """120/80 mmHg, as everybody says it."""
    if not {_SYSTOLIC, _DIASTOLIC} <= by_code.keys():
        return ""
    high, low = (by_code[code].get("valueQuantity", {}) for code in (_SYSTOLIC, _DIASTOLIC))
    if "value" not in high or "value" not in low:
        return ""
    return f"{in_words(high['value'])}/{in_words(low['value'])} {unit(high)}".strip()


def _part(component: dict[str, Any]) -> str:
    return at(component, "value[x]", "dataAbsentReason") or "—"


def _figure(holder: dict[str, Any], words: str) -> Figure | None:
    found = holder.get("valueQuantity", {})
    if not isinstance(found.get("value"), int | float):
        return None
    ranges = holder.get("referenceRange", [{}])[0]
    return Figure(words, found["value"], unit(found), _limit(ranges, "low"), _limit(ranges, "high"))


def _limit(ranges: dict[str, Any], which: str) -> float | None:
    value = ranges.get(which, {}).get("value")
    return float(value) if isinstance(value, int | float) else None
