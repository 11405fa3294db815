"""References to other records. https://hl7.org/fhir/R4/references.html"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhirapi.provider.schema import FieldError, Json, Shape
from fhirapi.provider.shapes.objects import object_errors, object_schema, without_null
from fhirapi.provider.shapes.plain import Enum, Text

_ID = r"[A-Za-z0-9\-.]{1,64}"
_RELATIVE = re.compile(rf"(?P<type>[A-Z][A-Za-z]+)/(?P<id>{_ID})(/_history/{_ID})?")

ID = Text(_ID, "the id of a record")


def _target(stored: Any) -> tuple[str, str] | None:
    """Type and id, of a reference within this server."""
    reference = stored.get("reference") if isinstance(stored, dict) else None
    found = _RELATIVE.fullmatch(reference) if isinstance(reference, str) else None
    return (found["type"], found["id"]) if found else None


@dataclass(frozen=True)
class ReferenceId(Shape):
    """A reference to one type: flat, it is the id. A reference to elsewhere is not shown."""

    target: str

    def show(self, stored: Any) -> Any:
        found = _target(stored)
        return found[1] if found and found[0] == self.target else None

    def store(self, value: Any, onto: Any) -> Any:
        # Words and identifiers of another record would be wrong about the new one.
        return {"reference": f"{self.target}/{value}"}

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from ID.errors(value, name)

    def json_schema(self) -> Json:
        return ID.json_schema()


@dataclass(frozen=True)
class ReferenceTo(Shape):
    """A reference to one of several types: ``{"type": .., "id": .., "display": ..}``."""

    targets: tuple[str, ...]

    def show(self, stored: Any) -> Any:
        if not isinstance(stored, dict):
            return None
        found = _target(stored)
        is_shown = found is not None and found[0] in self.targets
        flat: Json = {"type": found[0], "id": found[1]} if found and is_shown else {}
        if display := Text().show(stored.get("display")):
            flat["display"] = display
        return flat or None

    def store(self, value: Any, onto: Any) -> Any:
        same = {"type": value.get("type"), "id": value.get("id")}
        shown = self.show(onto) or {}
        is_same = same == {"type": shown.get("type"), "id": shown.get("id")}
        new = {
            name: part
            for name, part in (onto.items() if is_same and isinstance(onto, dict) else ())
            if name != "display"
        }
        if value.get("id") and not is_same:
            new["reference"] = f"{value['type']}/{value['id']}"
        if value.get("display"):
            new["display"] = value["display"]
        return new

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from object_errors(value, name, self._parts(), ())
        given = without_null(value) if isinstance(value, dict) else {"id", "type"}
        if ("type" in given) != ("id" in given) or not given:
            missing = "type" if "id" in given else "id"
            yield FieldError(f"{name}.{missing}", "required", "Type and id are needed together.")

    def _parts(self) -> dict[str, Shape]:
        return {"type": Enum(self.targets), "id": ID, "display": Text()}

    def json_schema(self) -> Json:
        return {
            **object_schema(self._parts()),
            "dependentRequired": {"type": ["id"], "id": ["type"]},
            "minProperties": 1,
        }
