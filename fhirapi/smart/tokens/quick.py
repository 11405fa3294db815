"""A known backend service's plain request for a token, before Django makes a request of it.

Nothing is refused here. What is not plain, not known or not right goes the ordinary way, with its
body put back, and is judged there from the beginning.
"""

from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import psycopg
from django.db import Error as DatabaseError

from fhirapi.audit.record import storable
from fhirapi.smart.tokens import backend

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

_FORM = "application/x-www-form-urlencoded"
_FIELDS = {"grant_type", "scope", "client_id", "client_assertion", "client_assertion_type"}
_MOST_BYTES = 10_000
# Credentials in a header, pages of other origins, a query, a body in chunks: none is plain.
_NOT_PLAIN = ("HTTP_AUTHORIZATION", "HTTP_ORIGIN", "HTTP_TRANSFER_ENCODING")


def issue(environ: "WSGIEnvironment") -> backend.Issued | None:
    """None: whether it gets a token is not decided."""
    fields = _fields(environ)
    if fields is None or fields.get("grant_type") != "client_credentials":
        return None
    try:
        return backend.issue_to_known(fields, storable(environ.get("REMOTE_ADDR")))
    except (psycopg.Error, DatabaseError):  # of others in the same batch, perhaps
        return None


def _fields(environ: "WSGIEnvironment") -> dict[str, str] | None:
    """Of a form whose every byte can only be understood in one way."""
    length = environ.get("CONTENT_LENGTH", "")
    if (
        environ.get("CONTENT_TYPE") != _FORM
        or environ.get("QUERY_STRING")
        or any(name in environ for name in _NOT_PLAIN)
        or not (length.isascii() and length.isdigit() and int(length) <= _MOST_BYTES)
    ):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    return _parsed(body.decode("latin-1"))


def _parsed(form: str) -> dict[str, str] | None:
    pairs = [pair.partition("=") for pair in form.split("&")]
    fields = {name: unquote_plus(value) for name, _, value in pairs}
    if len(fields) != len(pairs) or not fields.keys() <= _FIELDS:
        return None
    return (
        fields if all(each.isascii() and each.isprintable() for each in fields.values()) else None
    )
