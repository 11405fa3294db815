"""Elements, cardinality, forms of values and required codes, as the type's definition has them.

https://hl7.org/fhir/R4/validation.html: its first four aspects. Invariants and profiles are not
looked at.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

_NAME = re.compile(r"_?[a-z][A-Za-z]{0,63}")  # of an element; anything else may be a value
_FORMLESS = "does not have the form that FHIR gives it"
_WORDS = {
    "missing": "is missing",
    "model_field_validation.missing": "is missing",
    "extra_forbidden": "is not an element that FHIR knows there",
}
_OBSERVED = "registered preliminary final amended corrected cancelled entered-in-error unknown"
_VISITED = "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
_IN_FULL = {
    "Observation.status": _OBSERVED,
    "RiskAssessment.status": _OBSERVED,
    "DiagnosticReport.status": f"{_OBSERVED} partial appended",
    "Encounter.status": _VISITED,
    "EncounterStatusHistory.status": _VISITED,
    "Task.status": (
        "draft requested received accepted rejected ready cancelled in-progress on-hold failed "
        "completed entered-in-error"
    ),
    "DeviceUdiCarrier.entryType": "barcode rfid manual card self-reported unknown",
}
"""Codes of which the library has only the first ones, by class and element."""


def problems(resource: dict[str, Any]) -> list[str]:
    """What is wrong, each with the path of its element; nothing if the resource is valid."""
    kind = resource["resourceType"]
    try:
        model = get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        return [
            f"{_path(kind, each['loc'])} {_WORDS.get(each['type'], _FORMLESS)}."
            for each in error.errors(include_url=False, include_context=False, include_input=False)
        ]
    except LookupError:
        return [f"{kind} contains a resource of a type that FHIR does not have."]
    except RecursionError:
        return [f"{kind} is nested too deeply."]
    return list(_in_element(model, resource, kind))


def _path(kind: str, steps: tuple[int | str, ...]) -> str:
    path = kind
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if _NAME.fullmatch(step) else ".(a name that FHIR does not have)"
    return path


def _in_element(model: BaseModel, element: Any, path: str) -> Iterator[str]:
    """What the library lets pass: codes that FHIR does not list, texts instead of numbers."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if value is None:
            continue
        step = field.alias or name
        codes = _codes(f"{type(model).__name__}.{name}", field)
        for each, written, where in _values(value, element.get(step), f"{path}.{step}"):
            if codes and each is not None and str(each) not in codes:
                yield f"{where} is not one of the codes that FHIR lists."
            elif not _is_as_written(each, written):
                yield f"{where} {_FORMLESS}."
            elif isinstance(each, BaseModel):
                yield from _in_element(each, written, where)


def _codes(name: str, field: FieldInfo) -> list[str]:
    """All that are allowed; none if that is not for FHIR to say, or not known here."""
    extra = field.json_schema_extra
    listed = extra.get("enum_values") if isinstance(extra, dict) else None
    codes = [str(code) for code in listed] if isinstance(listed, list) else []
    return _IN_FULL.get(name, "").split() if "+" in codes else codes  # plus: not all of them


def _values(value: Any, written: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    if isinstance(value, list):
        for number, (each, text) in enumerate(zip(value, written, strict=True)):
            yield each, text, f"{path}[{number}]"
    else:
        yield value, written, path


def _is_as_written(value: Any, written: Any) -> bool:
    """JSON's own numbers and booleans: the library reads ``"3"`` and ``"yes"``, too."""
    if isinstance(value, bool):
        return isinstance(written, bool)
    if isinstance(value, (int, Decimal)):
        return isinstance(written, (int, float, Decimal)) and not isinstance(written, bool)
    return True
