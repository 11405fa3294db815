"""From what a request left in memory to a row: whose app it was, and what went wrong."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import jwt as pyjwt
import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch

from fhirapi import outcomes
from fhirapi.outcomes import Outcome
from fhirapi.requestlog.routes import route
from fhirapi.smart.answers import Refused
from fhirapi.smart.clients import assertion
from fhirapi.smart.clients.client_auth import basic_credentials
from fhirapi.smart.tokens import jwt

OAUTH = "/R4-patient-api/oa"  # oauth2, and oath2 as the guide misspells it
AUTHORIZE = "/R4-patient-api/oauth2/authorize"
_KEPT = ("client_id", "client_assertion", "grant_type")
_CLIENT_ID = re.compile(r"[\w.~-]{1,100}", re.ASCII)
_CODE = re.compile(r"[a-z][a-z_-]{0,39}")
_SERVICE_TOKEN = "POST oauth2/token (client_credentials)"  # noqa: S105 - a route
_SHOWN = ("authorization_code", "refresh_token", "client_credentials")
# Their texts have no variable part, so that a text says which one it was.
_FIXED = {
    made().text: made.__name__
    for made in (
        outcomes.no_token, outcomes.malformed_token, outcomes.token_expired, outcomes.session_gone,
        outcomes.malformed_id, outcomes.bad_page, outcomes.too_large, outcomes.too_costly,
    )
}  # fmt: skip


class Seen(NamedTuple):
    """What a request leaves: references only, so that it costs its own thread next to nothing."""

    at: float
    ms: float
    method: str
    match: ResolverMatch
    query: str
    authorization: str
    status: int
    form: dict[str, str] | None
    """Of an OAuth address: the fields that say who asks for what."""
    answer: bytes
    """Of a refusal, and of the token address."""


class Row(NamedTuple):
    at: float
    client_id: str
    route: str
    status: int
    ms: float
    error: str | None


def seen(
    request: HttpRequest, response: HttpResponseBase, at: float, seconds: float
) -> Seen | None:
    match = request.resolver_match
    if match is None or request.method is None:
        return None
    meta, status, form, answer = request.META, response.status_code, None, b""
    if request.path.startswith(OAUTH):
        posted = getattr(request, "_post", None) or {}  # as far as the view has read it
        told = {**request.GET.dict(), **dict(posted.items())}
        form = {name: told[name] for name in _KEPT if name in told}
    if (form or status >= 400) and isinstance(response, HttpResponse):
        answer = response.get("Location", "").encode() or response.content
    return Seen(
        at, seconds * 1000, request.method, match, meta.get("QUERY_STRING", ""),
        meta.get("HTTP_AUTHORIZATION", ""), status, form, answer,
    )  # fmt: skip


def token_of(client_id: str, at: float, seconds: float) -> Row:
    """What ``row`` would say of a backend service's token."""
    return Row(at, client_id, _SERVICE_TOKEN, 200, round(seconds * 1000, 2), None)


def row(entry: Seen) -> Row | None:
    """None where no app can be named."""
    error = _error(entry)
    client_id = _holder(entry.authorization) if entry.authorization else None
    if client_id is None and entry.form is not None:
        client_id = _named(entry.form, entry.authorization) or _of_answer(entry)
    if client_id is None or not _CLIENT_ID.fullmatch(client_id):
        return None
    shown = route(entry.method, entry.match, entry.query)
    if entry.form and (grant_type := entry.form.get("grant_type")) in _SHOWN:
        shown = f"{shown} ({grant_type})"
    return Row(entry.at, client_id, shown, entry.status, round(entry.ms, 2), error)


@lru_cache(maxsize=5000)
def _holder(authorization: str) -> str | None:
    """The app whose token it is, also after its time."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    try:
        return jwt.read(token.strip()).client_id
    except Outcome as refusal:
        return _unverified(token) if refusal.text == outcomes.token_expired().text else None


def _named(form: dict[str, str], authorization: str) -> str | None:
    if text := form.get("client_assertion"):
        try:
            return assertion.unverified(text, assertion.TYPE).client_id
        except Refused:
            return None
    in_header = basic_credentials(authorization)
    return in_header[0] if in_header else form.get("client_id")


def _of_answer(entry: Seen) -> str | None:
    """A public app may refresh without naming itself; the token that it got names it."""
    if entry.status != 200 or not entry.answer.startswith(b"{"):
        return None
    token = orjson.loads(entry.answer).get("access_token")
    return _unverified(token) if isinstance(token, str) else None


def _unverified(token: str) -> str | None:
    """Of a token that is known to be ours."""
    claims = pyjwt.decode(token.strip(), options={"verify_signature": False})
    found = claims.get("client_id")
    return found if isinstance(found, str) else None


def _error(entry: Seen) -> str | None:
    if entry.status >= 400:
        return _code(entry.answer) or f"http_{entry.status}"
    if entry.status in (302, 303) and b"error=" in entry.answer:
        query = urlsplit(entry.answer.decode()).query
        return _checked(parse_qs(query).get("error", [""])[0])
    return None


def _code(answer: bytes) -> str | None:
    """Of an OperationOutcome, a problem or RFC 6749's error; never texts, which may name ids."""
    try:
        told = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(told, dict):
        return None
    if issues := told.get("issue"):
        return _FIXED.get(issues[0].get("diagnostics", "")) or _checked(issues[0].get("code"))
    if isinstance(problem := told.get("type"), str) and "#" in problem:  # RFC 9457
        return _FIXED.get(told.get("detail", "")) or _checked(problem.rpartition("#")[2])
    return _checked(told.get("error"))


def _checked(code: object) -> str | None:
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
