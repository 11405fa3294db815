"""Attachments of documents, reports and pictures. They come from outside: nothing of them is run.

Text is shown as text; anything else is only handed out as a file.
https://hl7.org/fhir/R4/datatypes.html#Attachment
"""

import mimetypes
import re
from base64 import b64decode
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpResponse

from fhirapi.smart.people import record_reading
from fhirapi.smart.people.record_reading import Reader
from portal.record.words import day

_LONGEST = 100_000
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_UNKNOWN = "application/octet-stream"
_BINARY = re.compile(r"Binary/([A-Za-z0-9.-]{1,64})")


@dataclass(frozen=True)
class File:
    title: str
    media_type: str
    when: str
    size: int
    text: str | None
    """What to show; None: it is no plain text, or it is not kept here."""
    is_cut: bool
    is_here: bool


def described(reader: Reader, attachment: dict[str, Any]) -> File:
    data = content(reader, attachment)
    kind = media_type(attachment)
    text = _as_text(data, attachment) if data is not None and kind == "text/plain" else None
    return File(
        title=str(attachment.get("title", "")),
        media_type=kind,
        when=day(str(attachment["creation"])) if "creation" in attachment else "",
        size=len(data or b""),
        text=text[:_LONGEST] if text is not None else None,
        is_cut=text is not None and len(text) > _LONGEST,
        is_here=data is not None,
    )


def content(reader: Reader, attachment: dict[str, Any]) -> bytes | None:
    """From within, or from the Binary that it names; None: it is kept by somebody else."""
    data = attachment.get("data")
    if data is None:
        address = str(attachment.get("url", "")).removeprefix(f"{settings.FHIR_BASE_URL}/")
        named = _BINARY.fullmatch(address)
        found = record_reading.one(reader, "Binary", named[1]) if named else None
        data = found[1].get("data", "") if found else None
    try:
        return b64decode(data) if data is not None else None
    except ValueError:  # not base64
        return None


def media_type(attachment: dict[str, Any]) -> str:
    kind = str(attachment.get("contentType", "")).partition(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else _UNKNOWN


def as_download(data: bytes, kind: str, name: str) -> HttpResponse:
    """``name``: of our own making; a title may name the patient."""
    ending = mimetypes.guess_extension(kind) or ".bin"
    return HttpResponse(
        data,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}{ending}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )


def _as_text(data: bytes, attachment: dict[str, Any]) -> str:
    named = re.search(r"charset=\"?([\w.:-]+)", str(attachment.get("contentType", "")), re.ASCII)
    try:
        return data.decode(named[1] if named else "utf-8", "replace")
    except (LookupError, UnicodeError):  # a character set that does not exist, or is none of text
        return data.decode("utf-8", "replace")
