"""Files of documents: uploaded with their record in one transaction, and handed out.

What a file is says its content, never its name; a browser neither guesses nor runs it.
"""

import binascii
from base64 import b64decode, b64encode
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import not_found
from fhirapi.provider import problems
from fhirapi.provider import registry as kinds
from fhirapi.provider.body import parsed
from fhirapi.provider.checking import check
from fhirapi.provider.create import told
from fhirapi.provider.idempotency import once
from fhirapi.provider.listing import parameters
from fhirapi.provider.mapping import to_fhir, to_flat
from fhirapi.provider.read import find
from fhirapi.provider.schema import FieldError, Flat, Kind
from fhirapi.provider.shapes.coded import Concept
from fhirapi.provider.sniffing import MEDIA_TYPES, media_type_of
from fhirapi.provider.view import ApiWriter, allowed, type_named, type_of
from fhirapi.rest.binary import as_file, safe_type
from fhirapi.search.opened import opened_content
from fhirapi.store import exact
from fhirapi.store.read import read as stored
from fhirapi.writing.change import Create
from fhirapi.writing.perform import perform

_FILE = "file"
_RECORD = "record"
_FORM = "multipart/form-data"


class Upload(NamedTuple):
    content: bytes
    media_type: str
    title: str
    record: Flat
    """Of the document, without its file."""


def upload(request: HttpRequest, writer: ApiWriter) -> HttpResponse:
    """As a form with the parts ``record`` (JSON) and ``file``; or the file alone, its record's
    texts being in the query."""
    kind = _documents()
    sent = _of_form(request) if request.content_type == _FORM else _of_body(request)

    def store() -> HttpResponse:
        return _store(writer, kind, sent)

    parts = [sent.content, sent.media_type.encode(), sent.title.encode()]
    return once(request, writer, [*parts, exact.write(sent.record).encode()], store, kind)


def download(request: HttpRequest, writer: ApiWriter, record_id: str) -> HttpResponse:
    kind = _documents()
    found = find(writer, kind, record_id)
    attachment = to_flat(kind, found.resource).get(_FILE, {})
    if "binary_id" in attachment:
        data, content_type = _binary(writer, attachment["binary_id"])
    elif "text" in attachment:
        data, content_type = attachment["text"].encode(), attachment["content_type"]
    elif "data" in attachment:
        data, content_type = _bytes(attachment["data"]), attachment.get("content_type", "")
    else:  # elsewhere, or in a form that is not shown
        raise not_found("Binary", record_id)
    return as_file(data, safe_type(content_type), f"document-{record_id}")


def _documents() -> Kind:
    found = kinds.find("documents")
    if found is None:
        raise LookupError("documents")
    return found


def _of_form(request: HttpRequest) -> Upload:
    _require_size(int(request.META.get("CONTENT_LENGTH") or 0))
    file, text = request.FILES.get(_FILE), request.POST.get(_RECORD)
    errors = []
    if not isinstance(file, UploadedFile) or len(request.FILES) > 1:
        errors.append(FieldError(_FILE, "required", "One part of this name holds the file."))
    if text is None:
        errors.append(FieldError(_RECORD, "required", "A part of this name holds the record."))
    if errors or file is None or text is None:
        raise problems.invalid(errors)
    return _checked(file.read(), file.content_type or "", parsed(text.encode()), file.name or "")


def _of_body(request: HttpRequest) -> Upload:
    if request.content_type not in MEDIA_TYPES:
        raise problems.unsupported(_FORM, *MEDIA_TYPES, method="POST")
    record = _of_query(parameters(request))
    return _checked(request.body, request.content_type, record, "")


def _of_query(given: dict[str, str]) -> Flat:
    """Concepts as filters write them: ``type=loinc|34133-9``."""
    record: Flat = {}
    for name, text in given.items():
        field = _documents().field(name)
        system, _, code = text.rpartition("|")
        is_concept = field is not None and isinstance(field.shape, Concept)
        record[name] = {"system": system, "code": code} if is_concept else text
    return record


def _checked(content: bytes, declared: str, record: Flat, title: str) -> Upload:
    """Raises a problem: 413, 415 for what is not what it says, 422 for a record with a file."""
    _require_size(len(content))
    declared = declared.partition(";")[0].strip().lower()
    if declared not in MEDIA_TYPES or media_type_of(content, declared) != declared:
        raise problems.unsupported(*MEDIA_TYPES, method="POST")
    if _FILE in record:
        detail = "What is uploaded is the file."
        raise problems.invalid([FieldError(_FILE, "choice", detail)])
    return Upload(content, declared, title, record)


def _require_size(size: int) -> None:
    if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise problems.too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _store(writer: ApiWriter, kind: Kind, sent: Upload) -> HttpResponse:
    url = f"urn:uuid:{uuid4()}"
    file = {"content_type": sent.media_type, "url": url, "size": len(sent.content)}
    flat = {**sent.record, _FILE: file | ({"title": sent.title} if sent.title else {})}
    if errors := check(kind, flat, is_new=True):
        raise problems.invalid(errors)
    document = to_fhir(kind, flat)
    binary = {
        "resourceType": "Binary",
        "contentType": sent.media_type,
        "securityContext": {"reference": f"Patient/{flat['patient_id']}"},
        "data": b64encode(sent.content).decode(),
    }
    made = [
        Create(resource_type=type_named("Binary"), resource=binary, full_url=url),
        Create(resource_type=type_of(kind), resource=document),
    ]
    written = perform(writer, made)
    return told(kind, written[1], status=201)


def _binary(writer: ApiWriter, binary_id: str) -> tuple[bytes, str]:
    """Audited by itself, and open by its own scope."""
    resource_type = type_named("Binary")
    constraint = allowed(writer, "Binary", "read")
    opened = opened_content(resource_type, constraint, writer.access)
    found = stored(writer.caller, resource_type, binary_id, opened)
    if found is None or found.is_deleted:
        raise not_found("Binary", binary_id)
    resource: dict[str, Any] = orjson.loads(found.content)
    return _bytes(str(resource.get("data", ""))), str(resource.get("contentType", ""))


def _bytes(data: str) -> bytes:
    try:
        return b64decode(data)
    except binascii.Error:  # loaded so from elsewhere
        raise not_found("Binary", "") from None
