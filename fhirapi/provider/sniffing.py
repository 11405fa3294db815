"""What a file is, by its content: only what practices exchange, nothing that a browser runs."""

import re
from collections.abc import Callable

MEDIA_TYPES = (
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/tiff",
    "application/dicom",
    "application/xml",
    "text/xml",
    "text/plain",
)
_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\s|[A-Za-z])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def media_type_of(content: bytes, declared: str) -> str | None:
    """The declared type if the content is of it, else what it is; None for what is not taken.

    A text may be called XML or plain text: both say what it is to those who read it.
    """
    if declared in _IS and _IS[declared](content):
        return declared
    return next((name for name, is_it in _IS.items() if is_it(content)), None)


def _is_text(content: bytes) -> bool:
    try:
        return not _CONTROLS.search(content.decode())
    except UnicodeDecodeError:
        return False


def _is_xml(content: bytes) -> bool:
    """By its beginning: whoever reads it parses it, with the care that it needs."""
    is_page = re.match(rb"\s*<(?:!doctype\s+html|html|svg|script)", content[:200], re.IGNORECASE)
    return _is_text(content) and bool(_XML.match(content)) and not is_page


def _begins(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


_IS: dict[str, Callable[[bytes], bool]] = {
    "application/pdf": _begins(b"%PDF-"),
    "image/png": _begins(b"\x89PNG\r\n\x1a\n"),
    "image/jpeg": _begins(b"\xff\xd8\xff"),
    "image/tiff": _begins(b"II*\x00", b"MM\x00*"),
    "application/dicom": lambda content: content[128:132] == b"DICM",
    "application/xml": _is_xml,
    "text/xml": _is_xml,
    "text/plain": _is_text,
}
