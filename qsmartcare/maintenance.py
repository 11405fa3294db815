"""While somebody works on the product every address answers 503; a file switches it on and off.

The file may hold the minutes it will take.
"""

import os
from typing import TYPE_CHECKING

from django.conf import settings

from fhirapi import outcomes
from qsmartcare.unavailable import Unavailable, turn_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_MINUTES = 10  # where the file does not say
_STAYS = ("/healthz", "/static/")  # the process lives, and the page needs its looks
_WHY = Unavailable(outcomes.maintenance(), "Maintenance.", "503.html")


def gate(app: "WSGIApplication", is_api: "Callable[[str], bool]") -> "WSGIApplication":
    """Before everything else: the database may be what is being worked on."""

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        path = environ["PATH_INFO"]
        seconds = seconds_left()
        if seconds is None or path.startswith(_STAYS):
            return app(environ, start)
        return turn_away(_WHY, seconds, environ, start, is_api=is_api(path))

    return answer


def seconds_left() -> int | None:
    """None: there is no maintenance."""
    # Every request asks: a file that is not there must not cost an exception.
    if not os.access(settings.MAINTENANCE_FILE, os.F_OK):
        return None
    try:
        text = settings.MAINTENANCE_FILE.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
    minutes = int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 10_000 else 0
    return (minutes or _MINUTES) * 60
