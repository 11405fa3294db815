"""For any declared search parameter: two values, and how the first is asked for."""

from dataclasses import dataclass
from typing import Any

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.searchparams.paths import Step, steps

# Elements that hold a bare code.
_PLAIN = frozenset({"gender", "status", "intent", "use", "address-use", "lifecycle-status"})
_UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True)
class Example:
    has: Any
    has_not: Any
    ask: tuple[str, ...]
    """Every way of asking that has to find the first and not the second."""


def example(resource_type: ResourceType, parameter: SearchParameter) -> Example:
    ask: tuple[str, ...]
    match parameter.type:
        case ParameterType.REFERENCE:
            return _reference(resource_type, parameter)
        case ParameterType.TOKEN if parameter.is_nearly_unique:
            has_system = any("where(system" in path for path in parameter.paths)
            ask = ("a-1",) if has_system else ("a-1", "urn:ids|a-1", "urn:ids|a-1,x")
            return Example(_identifier("a-1"), _identifier("b-2"), ask)
        case ParameterType.TOKEN if parameter.code in _PLAIN:
            return Example("alpha", "beta", ("alpha", "alpha,gamma"))
        case ParameterType.TOKEN:
            ask = ("alpha", "urn:codes|alpha", "alpha,gamma")
            return Example(_coding("alpha"), _coding("beta"), ask)
        case ParameterType.DATE:
            ask = ("2021-03-04", "2021-03", "2021", "ge2021-03-04", "gt2020", "sa2021-03-03")
            return Example("2021-03-04", "1999-12-31", ask)
        case ParameterType.STRING:
            ask = ("älpha", "ALPHA B", "Alpha beta")
            part = _part(resource_type.name, parameter.code)
            if part:
                return Example({part: "Älpha Beta"}, {part: "Gamma"}, ask)
            return Example("Älpha Beta", "Gamma", ask)
        case ParameterType.URI:
            return Example(
                "http://example.org/a", "http://example.org/b", ("http://example.org/a",)
            )
        case _:
            ask = ("5.4", f"5.4|{_UCUM}|mg", "5.4||mg", "gt5", "ge5.4", "sa5", "ap5.3")
            return Example(_quantity(5.4), _quantity(3), ask)


def _part(type_name: str, code: str) -> str:
    """The element of a HumanName or an Address; none where the parameter is a plain text."""
    if code == "address":
        return "city"
    people = ("Patient", "RelatedPerson", "Practitioner")
    return "family" if code == "name" and type_name in people else ""


def _reference(resource_type: ResourceType, parameter: SearchParameter) -> Example:
    if not parameter.targets:
        canonical = "http://example.org/Thing/a"
        return Example(
            f"{canonical}|2", "http://example.org/Thing/b", (canonical, f"{canonical}|2")
        )
    if resource_type.patient in parameter.paths and "Patient" in parameter.targets:
        one, other = "Patient/142859", "Patient/142860"
    else:
        one, other = f"{parameter.targets[0]}/one", f"{parameter.targets[0]}/other"
    return Example({"reference": one}, {"reference": other}, (one, one.partition("/")[2]))


def _identifier(value: str) -> Any:
    return {"system": "urn:ids", "value": value}


def _coding(code: str) -> Any:
    return {"coding": [{"system": "urn:codes", "code": code}]}


def _quantity(value: float) -> Any:
    return {"value": value, "unit": "mg", "system": _UCUM, "code": "mg"}


def put(node: Any, path: str, value: Any, *, is_beside: bool = False) -> None:
    """Writes the value where the path leads to; beside what is there, or instead of it."""
    *before, last = steps(path)
    for step in before:
        child = dict([(step.element, step.value)] if step.element else [])
        present = node.setdefault(_name(step), child if step.name == "meta" else [child])
        node = present[0] if isinstance(present, list) else present
    if last.element and isinstance(value, dict):
        value = {**value, last.element: last.value}
    if is_beside:
        node[_name(last)].append(value)
    else:
        node[_name(last)] = [value] if isinstance(value, dict) else value


def _name(step: Step) -> str:
    return f"{step.name}DateTime" if step.is_choice else step.name
