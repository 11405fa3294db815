"""Values to search by, taken from the practice of the examples: one for each parameter."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.searchparams.paths import values
from fhirapi.searchparams.values import escape
from fhirapi.validation.tables import structure

Resource = dict[str, Any]
_COLUMNS = {"_id": "id", "_lastUpdated": "meta.lastUpdated"}
_OTHERWISE = {
    ParameterType.TOKEN: "http://codes.example.org|A1",
    ParameterType.DATE: "ge2020-01-01",
    ParameterType.STRING: "a",
    ParameterType.URI: "http://example.org/definition",
    ParameterType.QUANTITY: "gt5",
    ParameterType.NUMBER: "1",
}


def sample(type_: ResourceType, parameter: SearchParameter, resources: Iterable[Resource]) -> str:
    """A value that the first of them has; where none has any, one of the form that it takes."""
    found = chain.from_iterable(_values(type_, parameter, each) for each in resources)
    return next(found, None) or _made_up(type_, parameter)


def richest(resources: Iterable[Resource]) -> Resource:
    """The one that shows the most elements; Rebecca's, where she has any."""
    return max(resources, key=lambda each: (each["id"].startswith("142859"), len(each), each["id"]))


def _values(type_: ResourceType, parameter: SearchParameter, resource: Resource) -> Iterator[str]:
    if parameter.parts:
        parts = [type_.parameter(code) for code in parameter.parts]
        given = [next(_values(type_, part, resource), "") for part in parts if part]
        if all(given):
            yield "$".join(given)
        return
    for path in parameter.paths or (_COLUMNS[parameter.code],):
        for value in values(resource, path):
            text = _TEXTS[parameter.type](value)
            if text and _leads_there(parameter, text):
                yield text


def _leads_there(parameter: SearchParameter, text: str) -> bool:
    """Of two parameters on one path each is about types of its own: practitioner, location."""
    named = text.partition("/")[0]
    return not parameter.targets or named in parameter.targets


def _token(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return escape(value)
        case {"coding": [first, *_]}:
            return _token(first)
        case {"system": str(system), "code": str(code)}:
            return f"{system}|{escape(code)}"
        case {"system": str(system), "value": str(identifier)} if ":" in system:
            return f"{system}|{escape(identifier)}"
        case {"value": str(identifier)}:
            return escape(identifier)
    return ""


def _reference(value: Any) -> str:
    return value if isinstance(value, str) else str(value.get("reference", ""))


def _date(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("start") or next(iter(value.get("event", [])), "")
    return f"ge{value[:10]}" if value else ""


def _string(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("family") or value.get("city") or value.get("text") or ""
    return escape(value.split(" ")[0].lower())


def _quantity(value: Any) -> str:
    if not isinstance(value, dict):
        return f"{value}"
    if "low" in value:
        return _quantity(value["low"])
    if "value" not in value:
        return ""
    unit = f"|{value['system']}|{value['code']}" if "code" in value else ""
    return f"ge{value['value']}{unit}"


_TEXTS: dict[ParameterType, Callable[[Any], str]] = {
    ParameterType.TOKEN: _token,
    ParameterType.REFERENCE: _reference,
    ParameterType.DATE: _date,
    ParameterType.STRING: _string,
    ParameterType.URI: str,
    ParameterType.QUANTITY: _quantity,
    ParameterType.NUMBER: str,
}


def _made_up(type_: ResourceType, parameter: SearchParameter) -> str:
    if parameter.parts:
        parts = [type_.parameter(code) for code in parameter.parts]
        return "$".join(_made_up(type_, part) for part in parts if part)
    if parameter.type is ParameterType.REFERENCE:
        target = next(iter(parameter.targets), "")
        return f"{target}/example" if target else _OTHERWISE[ParameterType.URI]
    if parameter.type is ParameterType.TOKEN:
        elements = structure(type_.name).elements
        codes = (elements[path].codes for path in parameter.paths if path in elements)
        if known := sorted(next((each for each in codes if each), ())):
            return known[0]
        if parameter.is_nearly_unique:
            return "http://ids.example.org|1001"
    return _OTHERWISE[parameter.type]
