"""Dynamic registration: an app registers itself, and manages what it registered.

RFC 7591 and RFC 7592. The toolkit has views for both, which we do not use: they know neither key
pairs nor scopes nor kinds of app, keep the one secret in the application's row, and ask no rule
of ours about redirect URIs (docs/decisions/0008).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fhirapi.audit.record import address_of
from fhirapi.smart import secrets
from fhirapi.smart.answers import Refused, answer
from fhirapi.smart.clients import clients, metadata
from fhirapi.smart.clients.registration_limit import TooManyRegistrations, count
from fhirapi.smart.models import Client

MOST_BYTES = 64 * 1024
_KEPT_BY_US = (
    "registration_access_token", "registration_client_uri", "client_secret_expires_at",
    "client_id_issued_at",
)  # fmt: skip


def _answering(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @csrf_exempt
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return refused.response()
        except metadata.WrongMetadata as wrong:
            return Refused(wrong.error, str(wrong)).response()

    return answered


@_answering
def register(request: HttpRequest) -> HttpResponse:
    """POST: the app is there at once. A backend service gets tokens when it has been approved."""
    if request.method != "POST":
        return _not_allowed("POST")
    given = _body(request)
    details, method = metadata.details(given), metadata.auth_method(given)
    address = address_of(request)
    token = secrets.new_secret()
    with transaction.atomic():
        _count(address)
        client = clients.register(
            details, owner=None, source=Client.RegistrationSource.DCR, address=address
        )
        client.token_endpoint_auth_method = method
        client.registration_token_digest = secrets.digest(token)
        client.save(update_fields=["token_endpoint_auth_method", "registration_token_digest"])
        made: dict[str, Any] = {}
        if client.kind == Client.Kind.SYMMETRIC:
            made["client_secret"] = clients.new_secret(client, by=None, address=address)
            made["client_secret_expires_at"] = 0  # never
    return answer({**_told(client, token), **made}, 201)


@_answering
def manage(request: HttpRequest, client_id: str) -> HttpResponse:
    """The client configuration address. RFC 7592 section 2"""
    if request.method not in ("GET", "HEAD", "PUT", "DELETE"):
        return _not_allowed("GET, HEAD, PUT, DELETE")
    token = _bearer(request)
    address = address_of(request)
    with transaction.atomic():
        client = _client(client_id, token)
        if request.method == "DELETE":
            clients.delete(client, by=None, address=address)
            return HttpResponse(status=204)
        if request.method == "PUT":
            _replace(client, _body(request), address)
    return answer(_told(client, token))


def _replace(client: Client, given: dict[str, Any], address: str | None) -> None:
    """All members anew: what is left out is gone. Only what kind of app it is stays."""
    if given.get("client_id") != client.client_id:
        raise metadata.WrongMetadata("client_id: Send the one of this registration.")
    for name in _KEPT_BY_US:
        if name in given:
            raise metadata.WrongMetadata(f"{name}: Leave it out; the server sets it.")
    secret = given.get("client_secret")
    if secret is not None and not (isinstance(secret, str) and clients.has_secret(client, secret)):
        raise metadata.WrongMetadata("client_secret: It is not the one of this registration.")
    details, method = metadata.details(given), metadata.auth_method(given)
    if details.kind != client.kind:
        raise metadata.WrongMetadata(
            "token_endpoint_auth_method, grant_types: An app stays of its kind. Register anew."
        )
    clients.change(client, details, by=None, address=address)
    client.token_endpoint_auth_method = method
    client.save(update_fields=["token_endpoint_auth_method"])


def _client(client_id: str, token: str) -> Client:
    wanted = client_id.replace("\x00", "")  # which PostgreSQL's text cannot hold
    found: Client | None = (
        Client.objects.select_for_update()
        .filter(client_id=wanted, registration_source=Client.RegistrationSource.DCR)
        .first()
    )
    if found is None or not secrets.matches(token, found.registration_token_digest):
        raise _invalid_token("The registration access token is not the one of this client.")
    if not secrets.is_newest(found.registration_token_digest):
        found.registration_token_digest = secrets.digest(token)
        found.save(update_fields=["registration_token_digest"])
    return found


def _bearer(request: HttpRequest) -> str:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise _invalid_token("Send the registration access token: Authorization: Bearer <token>.")
    return str(token.strip())


def _invalid_token(description: str) -> Refused:
    """Whether there is such a client is not told. RFC 7592 section 2, RFC 6750 section 3.1"""
    return Refused(
        "invalid_token", description, status=401, challenge='Bearer error="invalid_token"'
    )


def _body(request: HttpRequest) -> dict[str, Any]:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        description = f"The request is larger than {MOST_BYTES // 1024} kB."
        raise Refused("invalid_client_metadata", description, status=413)
    try:
        given = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise metadata.WrongMetadata("Send the metadata as JSON (application/json).") from None
    if not isinstance(given, dict):
        raise metadata.WrongMetadata("Send the metadata as one JSON object.")
    return given


def _count(address: str | None) -> None:
    if not settings.REGISTRATIONS_AN_HOUR:
        description = "Apps do not register themselves here. Register yours in the portal."
        raise Refused("access_denied", description, status=403)
    try:
        count(address)
    except TooManyRegistrations:
        raise Refused(
            "temporarily_unavailable",
            "This address has registered too many apps. Try again in an hour.",
            status=429,
        ) from None


def _told(client: Client, token: str) -> dict[str, Any]:
    return {
        **metadata.told(client),
        "registration_access_token": token,
        "registration_client_uri": f"{settings.FHIR_BASE_URL}/oauth2/register/{client.client_id}",
    }


def _not_allowed(methods: str) -> HttpResponse:
    refused = Refused("invalid_request", f"Use {methods.replace(', HEAD', '')}.", status=405)
    response = refused.response()
    response["Allow"] = methods
    return response
