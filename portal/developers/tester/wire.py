"""Sends a request to our own base URL and tells it as a step, with what is secret masked."""

import http.client
import json
import shlex
import time
from dataclasses import asdict, dataclass
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 10
MOST_SHOWN = 6000
_MOST_READ = 512 * 1024
_SECRET = frozenset({
    "client_secret", "client_assertion", "access_token", "refresh_token", "id_token", "token",
    "code", "code_verifier",
})  # fmt: skip
_SHOWN = 8
_at_once = BoundedSemaphore(2)
"""Of a process: each holds one of its threads while it waits for another, ours as well."""


class Busy(OSError):
    """Others test as well at this moment."""


@dataclass(frozen=True)
class Step:
    title: str
    method: str
    url: str
    fields: dict[str, str]
    """Headers and form fields, as they may be shown."""
    curl: str
    status: int | None
    answer: str
    ms: float
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_good(self) -> bool:
        return not self.problem and (self.status is None or self.status < 400)


@dataclass(frozen=True)
class Answer:
    step: Step
    told: dict[str, Any]
    """The JSON of a good answer; empty otherwise."""


def get(title: str, url: str, token: str = "") -> Answer:
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return _send(title, "GET", url, headers, {})


def post(title: str, url: str, form: dict[str, str], token: str = "") -> Answer:
    headers = {"Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return _send(title, "POST", url, headers, form)


def masked(name: str, value: str) -> str:
    """Enough of a secret to tell it from another."""
    if name in _SECRET:
        return f"{value[:_SHOWN]}…" if len(value) > 2 * _SHOWN else "…"
    if name == "Authorization":
        return f"Bearer {value.removeprefix('Bearer ')[:_SHOWN]}…"
    return value


def told_by_browser(title: str, url: str, fields: dict[str, str], problem: str = "") -> Step:
    """A step that the browser takes."""
    shown = {name: masked(name, value) for name, value in fields.items()}
    return Step(title, "GET", url, shown, "", None, "", 0, problem)


def _send(
    title: str, method: str, url: str, headers: dict[str, str], form: dict[str, str]
) -> Answer:
    body = urlencode(form) if form else None
    sent = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    began = time.perf_counter()
    status, content, problem = None, b"", ""
    try:
        status, content = _exchange(method, url, body, {**headers, **sent})
    except Busy:
        problem = _("Others test at this moment. Try again in a few seconds.")
    except (OSError, http.client.HTTPException):
        problem = _("The address could not be reached from this server.")
    ms = (time.perf_counter() - began) * 1000
    told = _json(content)
    fields = {name: masked(name, value) for name, value in {**headers, **sent, **form}.items()}
    step = Step(
        title, method, url, fields, _curl(method, url, headers, form), status,
        _shown(told, content), round(ms, 1), problem,
    )  # fmt: skip
    return Answer(step, told if status and status < 400 else {})


def _exchange(
    method: str, url: str, body: str | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    """Only to ourselves: an address from elsewhere, as of a page of results, is not followed."""
    if not url.startswith(f"{settings.BASE_URL}/"):
        raise OSError
    if not _at_once.acquire(blocking=False):
        raise Busy
    try:
        return _exchanged(method, urlsplit(url), body, headers)
    finally:
        _at_once.release()


def _exchanged(
    method: str, parts: SplitResult, body: str | None, headers: dict[str, str]
) -> tuple[int, bytes]:
    is_https = parts.scheme == "https"
    kind = http.client.HTTPSConnection if is_https else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        return response.status, response.read(_MOST_READ)
    finally:
        connection.close()


def _json(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _shown(told: dict[str, Any], content: bytes) -> str:
    if not told:
        return content.decode(errors="replace")[:MOST_SHOWN]
    safe = {
        name: masked(name, value) if isinstance(value, str) else value
        for name, value in told.items()
    }
    text = json.dumps(safe, indent=2, ensure_ascii=False)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}\n…"


def _curl(method: str, url: str, headers: dict[str, str], form: dict[str, str]) -> str:
    """Secrets as variables of the shell, so that the line can be passed on."""
    parts = ["curl"] if method == "GET" else ["curl", "-X", method]
    parts.append(shlex.quote(url))
    for name, value in headers.items():
        shown = '"Authorization: Bearer $ACCESS_TOKEN"'
        parts.append(f"-H {shown if name == 'Authorization' else shlex.quote(f'{name}: {value}')}")
    for name, value in form.items():
        is_secret = name in _SECRET
        shown = f'"{name}=${name.upper()}"' if is_secret else shlex.quote(f"{name}={value}")
        parts.append(f"--data-urlencode {shown}")
    return " \\\n  ".join(parts)
