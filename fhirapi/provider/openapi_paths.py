"""Operations of the API's description that belong to no kind."""

from fhirapi.provider.listing import MOST
from fhirapi.provider.openapi_parts import JSON_TYPE, KEY, body, made, ok, operation, parameter, ref
from fhirapi.provider.schema import Json
from fhirapi.provider.sniffing import MEDIA_TYPES

_HOOK_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The webhook.",
    "schema": {"type": "string", "format": "uuid"},
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
        "/openapi.json": {"get": _of_itself("openapi", "This description")},
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
    return {**_of_itself(name, words), "security": []}


def _of_itself(name: str, words: str) -> Json:
    return operation(name, "description", words, {"200": ok({"type": "object"})})


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
