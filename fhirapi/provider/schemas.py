"""JSON Schema 2020-12 of a kind, for OpenAPI 3.1. https://json-schema.org/draft/2020-12/schema"""

from enum import StrEnum

from fhirapi.provider.fields import TOLD
from fhirapi.provider.schema import Field, Json, Kind
from fhirapi.provider.shapes.compound import need_schema


class Use(StrEnum):
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    """Of some fields (PATCH)."""
    REPLACE = "replace"
    """Of the whole record (PUT)."""


def schema_of(kind: Kind, use: Use | str = Use.READ) -> Json:
    """An object schema without ``$ref``; every property has its description."""
    use = Use(use)
    required = [each.name for each in kind.fields if _is_needed(each, use)]
    schema: Json = {
        "type": "object",
        "title": kind.singular,
        "description": kind.words,
        "properties": {each.name: _property(each, use) for each in kind.fields},
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    if use is Use.CREATE:
        schema |= need_schema(kind.needs)
    return schema


def _is_needed(field: Field, use: Use) -> bool:
    if use is Use.READ:
        return field in TOLD  # all else, a resource from elsewhere may lack
    return use is not Use.UPDATE and field.is_required


def _property(field: Field, use: Use) -> Json:
    schema = {**field.shape.json_schema(), "description": field.words}
    if field.is_read_only:
        return {**schema, "readOnly": True}
    if use is Use.READ:
        return schema
    if field.default is not None:
        schema["default"] = field.default
    if not field.may_be_removed and (field.is_required or use is not Use.CREATE):
        return schema
    words: Json = {key: schema.pop(key) for key in ("description", "default") if key in schema}
    return {"anyOf": [schema, {"type": "null"}], **words}
