"""Schemas of the API's description that belong to no kind."""

from fhirapi.provider.openapi_parts import ref
from fhirapi.provider.problems import TYPES
from fhirapi.provider.schema import Json

_TEXT: Json = {"type": "string"}
_MOMENT: Json = {"type": "string", "format": "date-time"}


def common_schemas() -> Json:
    """Those of no kind."""
    return {
        "ProblemDetails": _problem_details(),
        "FieldError": _whole(
            {
                "field": {**_TEXT, "description": "As sent: reactions[0].severity."},
                "code": _TEXT,
                "detail": _TEXT,
            }
        ),
        "ExternalId": {
            "description": "A number of one's own, by which a record is found or made.",
            **_whole(
                {
                    "system": {**_TEXT, "minLength": 1, "description": "URI of its list."},
                    "value": {**_TEXT, "minLength": 1},
                }
            ),
        },
        "BulkResults": _bulk_results(),
        "Change": _change(),
        "Changes": _whole(
            {
                "data": {"type": "array", "items": ref("Change")},
                "next_cursor": {**_TEXT, "description": "The next since."},
                "has_more": {"type": "boolean", "description": "Whether to ask at once."},
            }
        ),
        **_webhook_schemas(),
    }


def _problem_details() -> Json:
    return {
        "type": "object",
        "description": "RFC 9457.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {**_TEXT, "format": "uri"},
            "title": _TEXT,
            "status": {"enum": sorted({each.status for each in TYPES.values()})},
            "detail": _TEXT,
            "instance": {**_TEXT, "description": "Names this one occurrence, for support."},
            "errors": {"type": "array", "items": ref("FieldError")},
        },
        "additionalProperties": False,
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
    told = {
        "id": {**_TEXT, "format": "uuid"},
        "url": _TEXT,
        "kinds": {"type": "array", "items": _TEXT, "description": "Empty: all."},
        "created_at": _MOMENT,
    }
    secret = {**_TEXT, "description": "Signs what is sent; told this once."}
    return {
        "Webhook": _whole(told),
        "Webhooks": _listed(ref("Webhook")),
        "WebhookWithSecret": _whole({**told, "secret": secret}),
        "WebhookNew": {
            "type": "object",
            "required": ["url"],
            "properties": {
                "url": {**_TEXT, "format": "uri", "pattern": "^https://", "maxLength": 500},
                "kinds": {
                    "type": ["array", "null"],
                    "items": _TEXT,
                    "description": "Names of kinds; left out, all that are open.",
                },
            },
            "additionalProperties": False,
        },
        "Delivery": _delivery(),
        "Deliveries": _listed(ref("Delivery")),
    }


def _delivery() -> Json:
    maybe = [_MOMENT, {"type": "null"}]
    return _whole(
        {
            "event_id": {**_TEXT, "format": "uuid"},
            "changes": {"type": "array", "items": _event()},
            "created_at": _MOMENT,
            "attempts": {"type": "integer"},
            "next_attempt_at": {"anyOf": maybe},
            "delivered_at": {"anyOf": maybe},
            "status": {"type": ["integer", "null"]},
            "problem": {"type": ["string", "null"]},
        }
    )


def _whole(properties: Json) -> Json:
    """An object that has all of them, and no other."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


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
