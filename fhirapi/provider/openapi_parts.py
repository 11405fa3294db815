"""Parts of the API's description: what many operations share, and those of no kind."""

from typing import Any

from fhirapi.provider.listing import MOST
from fhirapi.provider.problems import TYPES
from fhirapi.provider.schema import Json
from fhirapi.provider.sniffing import MEDIA_TYPES

JSON_TYPE = "application/json"
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the record that the change is based on; * for whichever it is.",
    "schema": {"type": "string", "pattern": '^(?:\\*|"[0-9]{1,9}")$'},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "An ETag: 304 while it is the newest one.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of one's own: a repetition within a day is answered the same.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_ALWAYS = "400 401 403 405 406 429 500 503"
_HOOK_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The webhook.",
    "schema": {"type": "string", "format": "uuid"},
}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, words: str, schema: Json, *, required: bool = False) -> Json:
    """Of the query; lists are written with commas."""
    told: Json = {
        "name": name, "in": "query", "required": required, "description": words, "schema": schema,
    }  # fmt: skip
    return {**told, "style": "form", "explode": False} if schema.get("type") == "array" else told


def body(content: Json) -> Json:
    told = {media_type: {"schema": schema} for media_type, schema in content.items()}
    return {"required": True, "content": told}


def ok(schema: Json, words: str = "OK") -> Json:
    return {"description": words, "content": {JSON_TYPE: {"schema": schema}}}


def made(words: str, kind: str, *, is_new: bool = False) -> Json:
    """A record with its version."""
    text = {"schema": {"type": "string"}}
    headers = {"ETag": {"description": "The version.", "required": True, **text}}
    if is_new:
        headers["Location"] = {"description": "Its address.", "required": True, **text}
    return {**ok(ref(kind), words), "headers": headers}


def operation(
    name: str,
    tag: str,
    words: str,
    answers: Json,
    parameters: list[Any] | None = None,
    problems: str = "",
    request_body: Json | None = None,
) -> Json:
    """``problems``: the statuses beside those that any request may be answered with."""
    statuses = sorted({*_ALWAYS.split(), *problems.split()})
    refused = {each: {"$ref": f"#/components/responses/{each}"} for each in statuses}
    told: Json = {
        "operationId": name,
        "tags": [tag],
        "summary": words,
        "responses": {**answers, **refused},
    }
    if parameters:
        told["parameters"] = parameters
    if request_body:
        told["requestBody"] = request_body
    return told


def common_schemas() -> Json:
    text: Json = {"type": "string"}
    return {
        "ProblemDetails": {
            "type": "object",
            "description": "RFC 9457.",
            "required": ["type", "title", "status", "detail"],
            "properties": {
                "type": {**text, "format": "uri"},
                "title": text,
                "status": {"enum": sorted({each.status for each in TYPES.values()})},
                "detail": text,
                "instance": {**text, "description": "Names this one occurrence, for support."},
                "errors": {"type": "array", "items": ref("FieldError")},
            },
            "additionalProperties": False,
        },
        "FieldError": {
            "type": "object",
            "required": ["field", "code", "detail"],
            "properties": {
                "field": {**text, "description": "As sent: reactions[0].severity."},
                "code": text,
                "detail": text,
            },
            "additionalProperties": False,
        },
        "ExternalId": {
            "type": "object",
            "description": "A number of one's own, by which a record is found or made.",
            "required": ["system", "value"],
            "properties": {
                "system": {**text, "minLength": 1, "description": "URI of the list it is from."},
                "value": {**text, "minLength": 1},
            },
            "additionalProperties": False,
        },
        "BulkResults": _bulk_results(),
        "Change": _change(),
        "Changes": {
            "type": "object",
            "required": ["data", "next_cursor", "has_more"],
            "properties": {
                "data": {"type": "array", "items": ref("Change")},
                "next_cursor": {**text, "description": "The next since."},
                "has_more": {"type": "boolean", "description": "Whether to ask at once."},
            },
            "additionalProperties": False,
        },
        **_webhook_schemas(),
    }


def _bulk_results() -> Json:
    result = {
        "type": "object",
        "required": ["index", "status"],
        "properties": {
            "index": {"type": "integer", "description": "Of the record in the request."},
            "status": {"type": "integer"},
            "id": {"type": "string"},
            "version": {"type": "string"},
            "problem": ref("ProblemDetails"),
        },
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "required": ["results", "failed"],
        "properties": {
            "results": {"type": "array", "items": result},
            "failed": {"type": "integer", "description": "How many were refused."},
        },
        "additionalProperties": False,
    }


def _change() -> Json:
    event = _event()
    return {
        "type": "object",
        "required": [*event["required"], "updated_at", "deleted"],
        "properties": {
            **event["properties"],
            "updated_at": {"type": "string", "format": "date-time"},
            "deleted": {"type": "boolean", "description": "Also: no longer of this kind."},
            "record": {"type": "object", "description": "As reading it answers."},
        },
        "additionalProperties": False,
    }


def _event() -> Json:
    return {
        "type": "object",
        "required": ["kind", "id", "version", "change"],
        "properties": {
            "kind": {"type": "string"},
            "id": {"type": "string"},
            "version": {"type": "string"},
            "change": {"enum": ["created", "updated", "deleted"]},
        },
        "additionalProperties": False,
    }


def _webhook_schemas() -> Json:
    text: Json = {"type": "string"}
    moment: Json = {"type": "string", "format": "date-time"}
    told = {
        "id": {**text, "format": "uuid"},
        "url": text,
        "kinds": {"type": "array", "items": text, "description": "Empty: all."},
        "created_at": moment,
    }
    hook = {
        "type": "object",
        "required": list(told),
        "properties": told,
        "additionalProperties": False,
    }
    secret = {**text, "description": "Signs what is sent; told this once."}
    maybe = [moment, {"type": "null"}]
    delivery = {
        "event_id": {**text, "format": "uuid"},
        "changes": {"type": "array", "items": _event()},
        "created_at": moment,
        "attempts": {"type": "integer"},
        "next_attempt_at": {"anyOf": maybe},
        "delivered_at": {"anyOf": maybe},
        "status": {"type": ["integer", "null"]},
        "problem": {"type": ["string", "null"]},
    }
    return {
        "Webhook": hook,
        "Webhooks": _listed(ref("Webhook")),
        "WebhookWithSecret": {
            **hook, "required": [*told, "secret"], "properties": {**told, "secret": secret},
        },
        "WebhookNew": {
            "type": "object",
            "required": ["url"],
            "properties": {
                "url": {**text, "format": "uri", "pattern": "^https://", "maxLength": 500},
                "kinds": {"type": ["array", "null"], "items": text,
                          "description": "Names of kinds; left out, all that are open."},
            },
            "additionalProperties": False,
        },
        "Delivery": {
            "type": "object",
            "required": list(delivery),
            "properties": delivery,
            "additionalProperties": False,
        },
        "Deliveries": _listed(ref("Delivery")),
    }  # fmt: skip


def _listed(items: Json) -> Json:
    return {
        "type": "object",
        "required": ["data"],
        "properties": {
            "data": {"type": "array", "items": items},
            "next_cursor": {"type": "string"},
        },
        "additionalProperties": False,
    }


def further_paths() -> Json:
    limit = parameter("limit", "Of a page.", {"type": "integer", "minimum": 1, "maximum": MOST})
    cursor = parameter("cursor", "next_cursor of the page before.", {"type": "string"})
    since = parameter("since", "next_cursor of the last time; left out, the feed begins now.",
                      {"type": "string"})  # fmt: skip
    names = {"type": "array", "minItems": 1, "items": {"type": "string"}}
    only = parameter("kinds", "Only of these.", names)
    return {
        "/": {"get": _public("root", "The collections")},
        "/openapi.json": {"get": _public("openapi", "This description")},
        "/problem-types": {"get": _public("problem_types", "What the type of a problem means")},
        "/changes": {
            "get": operation(
                "changes", "changes", "What has changed since", {"200": ok(ref("Changes"))},
                [since, only, limit], "410",
            )
        },
        "/webhooks": {
            "get": operation("list_webhooks", "webhooks", "List webhooks",
                             {"200": ok(ref("Webhooks"))}),
            "post": operation(
                "create_webhook", "webhooks", "Make a webhook",
                {"201": ok(ref("WebhookWithSecret"))}, None, "409 413 415 422",
                body({JSON_TYPE: ref("WebhookNew")}),
            ),
        },
        "/webhooks/{id}": {
            "get": operation("read_webhook", "webhooks", "Read a webhook",
                             {"200": ok(ref("Webhook"))}, [_HOOK_ID], "404"),
            "delete": operation("delete_webhook", "webhooks", "Delete a webhook",
                                {"204": {"description": "Deleted."}}, [_HOOK_ID], "404"),
        },
        "/webhooks/{id}/secret": {
            "post": operation("rotate_webhook_secret", "webhooks", "Give it a new secret",
                              {"200": ok(ref("WebhookWithSecret"))}, [_HOOK_ID], "404"),
        },
        "/webhooks/{id}/deliveries": {
            "get": operation("list_deliveries", "webhooks", "What it has told",
                             {"200": ok(ref("Deliveries"))}, [_HOOK_ID, limit, cursor], "404"),
        },
        **_files(),
    }  # fmt: skip


def _public(name: str, words: str) -> Json:
    told = operation(name, "description", words, {"200": ok({"type": "object"})})
    return {**told, "security": []}


def _files() -> Json:
    record_id = {
        "name": "id", "in": "path", "required": True, "description": "The document.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$"},
    }  # fmt: skip
    form = {
        "type": "object",
        "required": ["record", "file"],
        "properties": {
            "record": {"type": "string", "contentMediaType": JSON_TYPE,
                       "description": "The document as JSON, without its file."},
            "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        },
    }  # fmt: skip
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    alone = [
        parameter("patient_id", "Of a file that is sent alone.", {"type": "string"}),
        parameter("type", "Of a file that is sent alone: loinc|34133-9.", {"type": "string"}),
    ]
    sent = {"multipart/form-data": form, **dict.fromkeys(MEDIA_TYPES, file)}
    return {
        "/documents/upload": {
            "post": operation(
                "upload_document", "documents", "Upload a file with its record, or alone",
                {"201": made("The new record.", "documents", is_new=True)}, [*alone, KEY],
                "404 409 412 413 415 422", body(sent),
            )
        },
        "/documents/{id}/content": {
            "get": operation(
                "download_document", "documents", "The file of a document",
                {"200": {"description": "The file.", "content": {"*/*": {"schema": {}}}}},
                [record_id], "404 410",
            )
        },
    }  # fmt: skip
