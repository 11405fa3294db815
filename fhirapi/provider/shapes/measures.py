"""Measured amounts: ``{"value": 128, "unit": "mmHg", "code": "mm[Hg]"}``.

https://hl7.org/fhir/R4/datatypes.html#Quantity
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhirapi.provider.schema import FieldError, Json, Shape
from fhirapi.provider.shapes.coded import System
from fhirapi.provider.shapes.objects import object_errors, object_schema, shown_parts, without_null
from fhirapi.provider.shapes.plain import Enum, Number, Text

_PARTS: dict[str, Shape] = {
    "value": Number(),
    "comparator": Enum(("<", "<=", ">=", ">")),
    "unit": Text(),
    "code": Text(),
    "system": System(),
}
_SIMPLE_PARTS = {name: part for name, part in _PARTS.items() if name != "comparator"}


@dataclass(frozen=True)
class Quantity(Shape):
    """``unit`` is for people, ``code`` is UCUM's; ``system`` is told only of other codes."""

    needs: tuple[str, ...]
    is_simple: bool = False
    """FHIR's SimpleQuantity: without a comparator."""

    @property
    def parts(self) -> dict[str, Shape]:
        return _SIMPLE_PARTS if self.is_simple else _PARTS

    def show(self, stored: Any) -> Any:
        if not isinstance(stored, dict):
            return None
        flat = shown_parts(stored, self.parts)
        if flat.get("system") == "ucum" or "code" not in flat:
            flat.pop("system", None)
        return flat or None

    def store(self, value: Any, onto: Any) -> Any:
        old = onto if isinstance(onto, dict) else {}
        new = {name: part for name, part in old.items() if name not in self.parts}
        given = without_null(value)
        if "code" in given:
            given = {"system": "ucum"} | given
        return new | {
            name: _PARTS[name].store(given[name], None)
            for name in ("value", "comparator", "unit", "system", "code")
            if name in given
        }

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from object_errors(value, name, self.parts, self.needs)
        if isinstance(value, dict) and value.get("system") and not value.get("code"):
            yield FieldError(f"{name}.code", "required", "A system needs a code.")

    def json_schema(self) -> Json:
        return object_schema(self.parts, *self.needs)
