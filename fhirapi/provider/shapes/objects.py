"""Flat objects whose members are plain values."""

from collections.abc import Iterator, Mapping
from typing import Any

from fhirapi.provider.schema import FieldError, Json, Shape, error_name


def object_errors(
    value: Any, name: str, parts: Mapping[str, Shape], needs: tuple[str, ...]
) -> Iterator[FieldError]:
    if not isinstance(value, dict):
        yield FieldError(name, "type", f"An object with {', '.join(parts)} is expected here.")
        return
    for key, part in value.items():
        if key not in parts:
            yield FieldError(error_name(f"{name}.", key), "unknown", "There is no such field.")
        elif part is not None or key in needs:
            yield from parts[key].errors(part, f"{name}.{key}")
    for key in needs:
        if key not in value:
            yield FieldError(f"{name}.{key}", "required", "The field is missing.")


def object_schema(parts: Mapping[str, Shape], *needs: str) -> Json:
    schema: Json = {
        "type": "object",
        "properties": {name: shape.json_schema() for name, shape in parts.items()},
        "additionalProperties": False,
    }
    return {**schema, "required": list(needs)} if needs else schema


def without_null(value: Json) -> Json:
    return {name: part for name, part in value.items() if part is not None}


def shown_parts(stored: Json, parts: Mapping[str, Shape]) -> Json:
    """The members that are there and can be shown."""
    found = ((name, shape.show(stored[name])) for name, shape in parts.items() if name in stored)
    return {name: value for name, value in found if value is not None}
