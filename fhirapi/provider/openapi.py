"""The API's description, made from the kinds. https://spec.openapis.org/oas/v3.1.1.html

Why it is written here and not by a generator: docs/decisions/0020.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from fhirapi.provider import registry as kinds
from fhirapi.provider.body import MERGE_PATCH
from fhirapi.provider.bulk import MOST as MOST_OF_BULK
from fhirapi.provider.bulk import has_external_ids
from fhirapi.provider.filters import UPDATED
from fhirapi.provider.listing import DEFAULT_LIMIT, MOST, sort_parameters
from fhirapi.provider.openapi_parts import (
    IF_MATCH,
    IF_NONE_MATCH,
    JSON_TYPE,
    KEY,
    body,
    made,
    ok,
    operation,
    parameter,
    ref,
)
from fhirapi.provider.openapi_paths import further_paths
from fhirapi.provider.openapi_schemas import common_schemas
from fhirapi.provider.openapi_shared import with_shared
from fhirapi.provider.problems import MEDIA_TYPE, TYPES
from fhirapi.provider.schema import Does, Filter, FilterType, Json, Kind
from fhirapi.provider.schemas import Use, schema_of
from fhirapi.provider.shapes.links import ID
from fhirapi.provider.shapes.plain import DateTime

_WORDS = (
    "QSmartCare's own flat records on its FHIR store: one record seen through both APIs is the "
    "same. For access keys that may write and apps of approved partners, with user/ or system/ "
    "scopes. Every change names the version it is based on; every failure is problem+json."
)
_RECORD_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The record's id, the same as in FHIR.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
}


def description() -> Json:
    every = list(kinds.every())
    paths = {path: item for each in every for path, item in _paths(each).items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "QSmartCare Provider Access API",
            "version": "1",
            "description": _WORDS,
        },
        "servers": [{"url": settings.PROVIDER_BASE_URL}],
        "security": [{"token": []}],
        "tags": [{"name": each.name, "description": each.words} for each in every]
        + [
            {"name": "changes", "description": "What has changed, in the order of commits."},
            {"name": "webhooks", "description": "Telling another server of changes."},
            {"name": "description", "description": "This API itself."},
        ],
        "paths": paths | further_paths(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": f"From {settings.FHIR_BASE_URL}/oauth2/token",
                }
            },
            "schemas": with_shared({**common_schemas(), **_schemas(every)}),
            "responses": _problems(),
        },
    }


def _problems() -> Json:
    """By status: what may be behind it."""
    content = {MEDIA_TYPE: {"schema": ref("ProblemDetails")}}
    statuses = sorted({each.status for each in TYPES.values()})
    return {
        str(status): {
            "description": "; ".join(
                each.title for each in TYPES.values() if each.status == status
            ),
            "content": content,
        }
        for status in statuses
    }


def _schemas(every: Iterable[Kind]) -> Json:
    found: Json = {}
    for each in every:
        found[each.name] = schema_of(each, Use.READ)
        found[f"{each.name}.list"] = _list_schema(each)
        if Does.CREATE in each.does:
            found[f"{each.name}.new"] = schema_of(each, Use.CREATE)
        if Does.UPDATE in each.does:
            found[f"{each.name}.whole"] = schema_of(each, Use.REPLACE)
            found[f"{each.name}.part"] = schema_of(each, Use.UPDATE)
            found[f"{each.name}.bulk"] = _bulk_schema(each)
    return found


def _list_schema(kind: Kind) -> Json:
    return {
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": {"type": "array", "items": ref(kind.name)},
            "next": {"type": "string", "description": "Address of the next page."},
            "next_cursor": {"type": "string", "description": "The cursor in it."},
            "total": {"type": "integer", "description": "With total=true: of all pages."},
        },
        "additionalProperties": False,
    }


def _bulk_schema(kind: Kind) -> Json:
    members: Json = {
        "record": {
            "type": "object",
            "description": "With id: the fields that change. Else a whole record; where "
            "external_id finds one, what it leaves out stays.",
        },
        "id": {**ID.json_schema(), "description": "Of the record that is changed."},
        "version": {"type": "string", "description": "That the change is based on."},
    }
    if has_external_ids(kind):
        members["external_id"] = ref("ExternalId")
    return {
        "type": "object",
        "required": ["records"],
        "properties": {
            "records": {
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_OF_BULK,
                "items": {
                    "type": "object",
                    "required": ["record"],
                    "properties": members,
                    "additionalProperties": False,
                },
            }
        },
        "additionalProperties": False,
    }


def _paths(kind: Kind) -> Json:
    of_all = {
        method: told
        for method, does, told in (
            ("get", Does.LIST, _list(kind)),
            ("post", Does.CREATE, _create(kind)),
        )
        if does in kind.does
    }
    of_one = {
        method: told
        for method, does, told in (
            ("get", Does.READ, _read(kind)),
            ("put", Does.UPDATE, _change(kind, "replace", "whole", JSON_TYPE, [IF_MATCH])),
            ("patch", Does.UPDATE, _change(kind, "patch", "part", MERGE_PATCH, [IF_MATCH, KEY])),
            ("delete", Does.DELETE, _delete(kind)),
        )
        if does in kind.does
    }
    paths = {f"/{kind.name}": of_all, f"/{kind.name}/{{id}}": of_one}
    if Does.UPDATE in kind.does:
        paths[f"/{kind.name}/bulk"] = {"post": _bulk(kind)}
    return {path: item for path, item in paths.items() if item}


def _list(kind: Kind) -> Json:
    sorts = sorted(sort_parameters(kind))
    either = [sign + name for name in sorts for sign in ("", "-")]
    given = [
        *(_filter(each) for each in (*kind.filters, *UPDATED)),
        parameter("sort", "What comes first; - before a name: downwards.", _many({"enum": either})),
        parameter("limit", "Records of a page.", {
            "type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT,
        }),
        parameter("cursor", "Of the page before: next_cursor.", {"type": "string"}),
        parameter("total", "Whether all are counted, which takes longer.",
                  {"enum": ["true", "false"], "type": "string", "default": "false"}),
    ]  # fmt: skip
    words = f"List {kind.name}"
    return operation(
        f"list_{kind.name}", kind.name, words, {"200": ok(ref(f"{kind.name}.list"))}, given
    )


def _filter(filter_: Filter) -> Json:
    items: Json = {"type": "string", "minLength": 1}
    if filter_.type is FilterType.STATUS:
        items = {"type": "string", "enum": list(filter_.codes)}
    elif filter_.type is FilterType.FLAG:
        items = {"type": "string", "enum": ["true", "false"]}
    elif filter_.type is FilterType.ID:
        items = ID.json_schema()
    elif filter_.type is FilterType.DATE:
        items = DateTime().json_schema()
    return parameter(filter_.name, filter_.words, _many(items))


def _many(items: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": items}


def _read(kind: Kind) -> Json:
    answers = {"200": made("The record.", kind.name), "304": {"description": "Not changed."}}
    words = f"Read one of {kind.name}"
    return operation(
        f"read_{kind.name}", kind.name, words, answers, [_RECORD_ID, IF_NONE_MATCH], "404 410"
    )


def _create(kind: Kind) -> Json:
    return operation(
        f"create_{kind.name}",
        kind.name,
        f"Make a record of {kind.name}",
        {"201": made("The new record.", kind.name, is_new=True)},
        [KEY],
        "404 409 412 413 415 422",
        body({JSON_TYPE: ref(f"{kind.name}.new")}),
    )


def _change(kind: Kind, verb: str, schema: str, media_type: str, given: list[Any]) -> Json:
    words = "Replace" if verb == "replace" else "Change fields of"
    return operation(
        f"{verb}_{kind.name}",
        kind.name,
        f"{words} a record of {kind.name}",
        {"200": made("The record as it is now.", kind.name)},
        [_RECORD_ID, *given],
        "404 409 410 412 413 415 422 428",
        body({media_type: ref(f"{kind.name}.{schema}")}),
    )


def _delete(kind: Kind) -> Json:
    given = [_RECORD_ID, {**IF_MATCH, "required": False}]
    answers = {"204": {"description": "Deleted."}}
    words = f"Delete a record of {kind.name}"
    return operation(f"delete_{kind.name}", kind.name, words, answers, given, "404 409 410 412")


def _bulk(kind: Kind) -> Json:
    return operation(
        f"bulk_{kind.name}",
        kind.name,
        f"Make and change many records of {kind.name}, each by itself",
        {"200": ok(ref("BulkResults"))},
        [KEY],
        "409 413 415 422",
        body({JSON_TYPE: ref(f"{kind.name}.bulk")}),
    )
