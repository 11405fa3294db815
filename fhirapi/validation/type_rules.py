"""The rules of data types, by type. https://hl7.org/fhir/R4/datatypes.html"""

from decimal import Decimal
from typing import Any

from fhirapi.searchparams import date
from fhirapi.validation.rules import Rule, Value, exactly_one, has, implies, not_both, one_of

_UCUM = "http://unitsofmeasure.org"
_CURRENCIES = "urn:iso:std:iso:4217"
_AT_MEALS = frozenset(("C", "CM", "CD", "CV"))


def is_in_order(value: Value, first: str, second: str) -> bool:
    """False only if the first is later than the second, as exactly as both are known."""
    start, end = value.get(first), value.get(second)
    if start is None or end is None:
        return True
    return _range(start).start < _range(end).end


def _range(moment: str) -> date.Range:
    return date.parse(moment.replace(":60", ":59"))  # a leap second: Python knows none


def _is_in_order(value: Value) -> bool:
    low, high = value.get("low", {}), value.get("high", {})
    units = [tuple(each.get(name) for name in ("system", "code", "unit")) for each in (low, high)]
    if "value" not in low or "value" not in high or units[0] != units[1]:
        return True  # what cannot be compared is not wrong
    return bool(low["value"] <= high["value"])


def _has_ucum(value: Value) -> bool:
    return _has_unit(value, _UCUM)


def _has_unit(value: Value, system: str) -> bool:
    return (has(value, "code") or not has(value, "value")) and value.get("system", system) == system


def _is_age(value: Value) -> bool:
    return _has_ucum(value) and value.get("value", 1) > 0


def _is_count(value: Value) -> bool:
    number = value.get("value", 1)
    return _has_ucum(value) and value.get("code", "1") == "1" and _is_whole(number)


def _is_whole(number: Any) -> bool:
    return "." not in str(number) if isinstance(number, Decimal) else number == int(number)


def _is_duration(value: Value) -> bool:
    is_measured = value.get("system") == _UCUM and has(value, "value")
    return not has(value, "code") or is_measured


def _is_ratio(value: Value) -> bool:
    is_whole = has(value, "numerator") == has(value, "denominator")
    return is_whole and (has(value, "numerator") or has(value, "extension"))


def _is_offset_from_a_moment(value: Value) -> bool:
    when = value.get("when", [])
    return not has(value, "offset") or (bool(when) and not _AT_MEALS & set(when))


def _triggers(value: Value) -> bool:
    match value.get("type"):
        case "named-event":
            return has(value, "name")
        case "periodic":
            return has(value, "timing[x]")
        case str(kind) if kind.startswith("data-"):
            return has(value, "data")
    return True


_QUANTITY = Rule(
    "qty-3", "A code of a unit needs the system it is from.", implies("code", "system")
)
_SIMPLE = Rule("sqty-1", "A comparator is not possible here.", lambda v: "comparator" not in v)

OF_TYPES: dict[str, tuple[Rule, ...]] = {
    "Age": (_QUANTITY, Rule("age-1", "An age is above 0, in a UCUM unit with its code.", _is_age)),
    "Attachment": (Rule("att-1", "Data needs its contentType.", implies("data", "contentType")),),
    "ContactPoint": (Rule("cpt-2", "A value needs its system.", implies("value", "system")),),
    "Count": (_QUANTITY, Rule("cnt-3", "A count is whole, with the UCUM code 1.", _is_count)),
    "DataRequirement.codeFilter": (
        Rule("drq-1", "It has a path or a searchParam.", exactly_one("path", "searchParam")),
    ),
    "DataRequirement.dateFilter": (
        Rule("drq-2", "It has a path or a searchParam.", exactly_one("path", "searchParam")),
    ),
    "Distance": (_QUANTITY, Rule("dis-1", "A distance has a UCUM unit with its code.", _has_ucum)),
    "Duration": (
        _QUANTITY,
        Rule("drt-1", "A code of a duration needs the system UCUM and a value.", _is_duration),
    ),
    "Expression": (
        Rule("exp-1", "It has an expression or a reference.", one_of("expression", "reference")),
    ),
    "Extension": (
        Rule(
            "ext-1",
            "An extension has either a value or extensions.",
            exactly_one("extension", "value[x]"),
        ),
    ),
    "MoneyQuantity": (
        _QUANTITY,
        Rule("mqty-1", "Money has a code of ISO 4217.", lambda v: _has_unit(v, _CURRENCIES)),
    ),
    "Period": (
        Rule("per-1", "The end is before the start.", lambda v: is_in_order(v, "start", "end")),
    ),
    "Quantity": (_QUANTITY,),
    "Range": (Rule("rng-2", "The high end is below the low end.", _is_in_order),),
    "Ratio": (Rule("rat-1", "It has a numerator and a denominator, or neither.", _is_ratio),),
    "SimpleQuantity": (_QUANTITY, _SIMPLE),
    "Timing.repeat": (
        Rule("tim-1", "A duration needs its durationUnit.", implies("duration", "durationUnit")),
        Rule("tim-2", "A period needs its periodUnit.", implies("period", "periodUnit")),
        Rule("tim-4", "A duration is not negative.", lambda v: v.get("duration", 0) >= 0),
        Rule("tim-5", "A period is not negative.", lambda v: v.get("period", 0) >= 0),
        Rule("tim-6", "periodMax needs a period.", implies("periodMax", "period")),
        Rule("tim-7", "durationMax needs a duration.", implies("durationMax", "duration")),
        Rule("tim-8", "countMax needs a count.", implies("countMax", "count")),
        Rule("tim-9", "An offset needs a when, and none at a meal.", _is_offset_from_a_moment),
        Rule("tim-10", "It has timeOfDay or when, not both.", not_both("timeOfDay", "when")),
    ),
    "TriggerDefinition": (
        Rule("trd-1", "It has timing or data, not both.", not_both("data", "timing[x]")),
        Rule("trd-2", "A condition needs data.", implies("condition", "data")),
        Rule("trd-3", "What its type needs is missing.", _triggers),
    ),
}
