"""What the OAuth addresses answer: JSON that nobody keeps, and refusals. RFC 6749 section 5"""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from fhirapi.limits import asked

WRONG_KEY = "Error: Wrong Client_ID or Client_secret Key"
_CHALLENGE = 'Basic realm="QSmartCare token endpoint"'


class Refused(Exception):
    """A request that gets an error and nothing else; ``description`` says what to do about it."""

    def __init__(
        self,
        error: str,
        description: str,
        *,
        status: int = 400,
        challenge: str | None = None,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(description)
        self.error = error
        self.status = status
        self._headers = {**(headers or {})}
        if challenge:
            self._headers["WWW-Authenticate"] = challenge
        self._members = {**(more or {}), "error": error, "error_description": description}

    def response(self) -> HttpResponse:
        made = answer(self._members, self.status)
        for name, value in self._headers.items():
            made[name] = value
        return made


def answer(members: Mapping[str, Any], status: int = 200) -> HttpResponse:
    return uncached(
        HttpResponse(orjson.dumps(members), status=status, content_type="application/json")
    )


def error(status: int, code: str, description: str) -> HttpResponse:
    """RFC 6749 5.2."""
    return Refused(code, description, status=status).response()


def wrong_secret(description: str) -> Refused:
    """A 401 has a challenge (RFC 9110 15.5.2)."""
    return Refused("invalid_client", description, status=401, challenge=_CHALLENGE)


def wrong_key() -> Refused:
    """The guide's own answer beside RFC 6749's members."""
    return Refused(
        "invalid_client",
        "Wrong Client_ID or Client_secret.",
        status=401,
        challenge=_CHALLENGE,
        more={"Result": WRONG_KEY},
    )


def too_many_tokens(seconds: int, limits: Mapping[str, str]) -> Refused:
    """RFC 6585 4; RFC 6749 names no error for it, this one is of its section 4.1.2.1."""
    return Refused(
        "temporarily_unavailable",
        f"This client asks more often than it may. Try again in {seconds} s.",
        status=429,
        headers={"Retry-After": str(seconds), **limits},
    )


def only_post(request: HttpRequest) -> HttpResponse | None:
    """The answer to any other method; None for a POST."""
    if request.method == "POST":
        return None
    refusal = error(405, "invalid_request", "Send a POST request with form fields.")
    refusal["Allow"] = "POST, OPTIONS"
    return refusal


def count_failure(address: str | None) -> None:
    """Of who could not show who it is, or what it has. Raises Refused when there are too many."""
    if wait := asked.failure(address):
        raise Refused(
            "temporarily_unavailable",
            "Too many requests with wrong credentials have come from your network address. "
            f"Try again in {wait} s.",
            status=429,
            headers=asked.too_many_failures(wait),
        )


def uncached(response: HttpResponse) -> HttpResponse:
    """RFC 6749 5.1: a response with a token is never kept."""
    response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response
