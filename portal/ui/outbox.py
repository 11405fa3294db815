"""The demo's letters: what ``EmailBackend`` wrote to files, newest first.

https://docs.djangoproject.com/en/5.2/topics/email/#file-backend
"""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

_SHOWN = 50
_BETWEEN_LETTERS = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Letter:
    sent: datetime | None
    to: str
    subject: str
    body: SafeString


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    if not settings.DEMO:
        raise Http404
    return render(request, "ui/outbox.html", {"letters": letters(Path(settings.EMAIL_FILE_PATH))})


def letters(folder: Path) -> list[Letter]:
    """The newest letters. A file holds all that one connection sent, in the order of sending."""
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found: list[Letter] = []
    for path in files:
        found += reversed(list(_letters_in(path)))
        if len(found) >= _SHOWN:
            break
    return found[:_SHOWN]


def _letters_in(path: Path) -> Iterator[Letter]:
    for raw in path.read_bytes().split(_BETWEEN_LETTERS):
        if raw.strip():
            message = email.message_from_bytes(raw.lstrip(b"\n"), policy=email.policy.default)
            yield _letter(message)


def _letter(message: EmailMessage) -> Letter:
    text = message.get_body(preferencelist=("plain",))
    return Letter(
        sent=_date(message),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        body=with_our_links(text.get_content() if text else ""),
    )


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None


def with_our_links(text: str) -> SafeString:
    """Escapes the text and makes links of addresses on this site; others stay plain text."""
    pieces = re.split(rf"({re.escape(settings.BASE_URL)}(?:/[^\s<>\"']*)?)(?=[\s<>\"']|$)", text)
    linked = [
        format_html('<a href="{0}">{0}</a>', piece) if place % 2 else conditional_escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return mark_safe("".join(linked))  # noqa: S308 - every piece is escaped above
