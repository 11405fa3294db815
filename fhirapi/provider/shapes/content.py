"""What documents hold: texts and files, and the narrative of a resource.

https://hl7.org/fhir/R4/datatypes.html#Attachment, https://hl7.org/fhir/R4/narrative.html
"""

import binascii
import hashlib
import html
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhirapi.provider.schema import FieldError, Json, Shape
from fhirapi.provider.shapes.links import ID
from fhirapi.provider.shapes.objects import object_errors, object_schema, without_null
from fhirapi.provider.shapes.plain import DateTime, Integer, Text

_BINARY = re.compile(rf"Binary/({ID.pattern})")
_DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'
_ODD = re.compile(r"[^\S\n ]|[\x01-\x09\x0b-\x1f]")
"""White space and signs that XML would not keep."""
_BREAK = re.compile(r"<br\s*/>|</(?:p|li|div|tr|h\d)>(?!</div>$)")


def _bytes_of(data: Any) -> bytes | None:
    try:
        return b64decode(data, validate=True) if isinstance(data, str) else None
    except binascii.Error:
        return None


def _text_of(stored: Json) -> str | None:
    """Of an attachment that says it is a text, and is one that can be written again as it is."""
    content = _bytes_of(stored.get("data"))
    if content is None or not str(stored.get("contentType", "")).startswith("text/"):
        return None
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return Text().show(text) if _encoded(text) == stored["data"] else None


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def _digest(content: bytes) -> str:
    """FHIR says SHA-1, against damage and not against forgery."""
    return b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()


class NoteText(Shape):
    """A text kept inside an attachment: flat, it is the text alone."""

    def show(self, stored: Any) -> Any:
        return _text_of(stored) if isinstance(stored, dict) else None

    def store(self, value: Any, onto: Any) -> Any:
        old = onto if isinstance(onto, dict) else {}
        kept = {name: part for name, part in old.items() if name not in ("url", "data")}
        if not str(kept.get("contentType", "")).startswith("text/"):
            kept["contentType"] = "text/plain"
        content = value.encode()
        measured = {"size": len(content), "hash": _digest(content)}
        return {**kept, "data": _encoded(value), **measured}

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from Text().errors(value, name)

    def json_schema(self) -> Json:
        return Text().json_schema()


class BinaryId(Shape):
    """The address of a file in this server: flat, it is the id of the Binary."""

    def show(self, stored: Any) -> Any:
        found = _BINARY.fullmatch(stored) if isinstance(stored, str) else None
        return found[1] if found else None

    def store(self, value: Any, onto: Any) -> Any:
        return f"Binary/{value}"

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from ID.errors(value, name)

    def json_schema(self) -> Json:
        return ID.json_schema()


class Url(Text):
    """An address elsewhere."""

    def show(self, stored: Any) -> Any:
        return None if BinaryId().show(stored) else super().show(stored)


_PLAIN: dict[str, tuple[str, Shape]] = {
    "content_type": ("contentType", Text(r"[^/\s]+/\S+", "a media type such as application/pdf")),
    "language": ("language", Text(r"\S+", "a tag of BCP 47 such as en-US")),
    "title": ("title", Text()),
    "created_at": ("creation", DateTime()),
    "size": ("size", Integer(0)),
    "hash": ("hash", Text(r"[A-Za-z0-9+/]{27}=", "SHA-1 in base64")),
    "binary_id": ("url", BinaryId()),
    "url": ("url", Url(r"\S+", "an address without blanks")),
}
_CONTENT: dict[str, Shape] = {
    "text": Text(),
    "data": Text(r"[A-Za-z0-9+/]+={0,2}", "base64 without blanks"),
}
_PARTS: dict[str, Shape] = {name: shape for name, (_, shape) in _PLAIN.items()} | _CONTENT


@dataclass(frozen=True)
class Attachment(Shape):
    """A file: its title and type, and where it is (``binary_id``, ``url``) or what is in it.

    ``text`` is the content of a text, ``data`` base64 of anything else.
    """

    def show(self, stored: Any) -> Any:
        if not isinstance(stored, dict):
            return None
        flat = {
            name: shape.show(stored[at]) for name, (at, shape) in _PLAIN.items() if at in stored
        }
        flat["text"] = _text_of(stored)
        if not flat["text"] and "data" in stored:
            flat["data"] = _CONTENT["data"].show(stored["data"])
        return without_null(flat) or None

    def store(self, value: Any, onto: Any) -> Any:
        old = onto if isinstance(onto, dict) else {}
        ours = {at for at, _ in _PLAIN.values()} | {"data"}
        new = {name: part for name, part in old.items() if name not in ours}
        given = without_null(value)
        for name, (at, shape) in _PLAIN.items():
            if name in given:
                new[at] = shape.store(given[name], None)
        if "text" in given or "data" in given:
            new["data"] = _encoded(given["text"]) if "text" in given else given["data"]
        return new

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        wrong = list(object_errors(value, name, _PARTS, ("content_type",)))
        yield from wrong
        if not wrong:
            yield from _content_errors(without_null(value), name)

    def json_schema(self) -> Json:
        return object_schema(_PARTS, "content_type")


def _content_errors(value: Json, name: str) -> Iterator[FieldError]:
    for one, other in (("text", "data"), ("binary_id", "url")):
        if one in value and other in value:
            detail = f"Only one of {one} and {other} can have a value."
            yield FieldError(f"{name}.{other}", "choice", detail)
    if "text" in value and not value["content_type"].startswith("text/"):
        yield FieldError(f"{name}.text", "format", "The content type is not one of texts.")
    content = value["text"].encode() if "text" in value else _bytes_of(value.get("data"))
    if content is None:
        if "data" in value:
            yield FieldError(f"{name}.data", "format", "Expected is base64 without blanks.")
        return
    if value.get("size", len(content)) != len(content):
        yield FieldError(f"{name}.size", "format", "The size is not that of the content.")
    if value.get("hash", _digest(content)) != _digest(content):
        yield FieldError(f"{name}.hash", "format", "The hash is not that of the content.")


class Narrative(Shape):
    """What a resource says to people who read: flat, it is the text without its layout."""

    def show(self, stored: Any) -> Any:
        div = stored.get("div") if isinstance(stored, dict) else None
        if not isinstance(div, str):
            return None
        text = re.sub(r"<[^>]*>", "", _BREAK.sub("\n", div))
        return Text().show(html.unescape(text).strip())

    def store(self, value: Any, onto: Any) -> Any:
        lines = (html.escape(line, quote=False) for line in value.split("\n"))
        return {"status": "additional", "div": f"{_DIV}{'<br/>'.join(lines)}</div>"}

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        wrong = list(Text().errors(value, name))
        yield from wrong
        if not wrong and (
            value != value.strip() or re.search(r"[^\S\n ]|[\x01-\x09\x0b-\x1f]", value)
        ):
            yield FieldError(name, "format", "Only line breaks and blanks, and none at the ends.")

    def json_schema(self) -> Json:
        return Text().json_schema()
