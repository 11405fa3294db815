"""The token endpoint. RFC 6749 section 3.2, and the guide's exchange of an access key."""

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from oauth2_provider.views import TokenView as DOTTokenView

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.answers import Refused, answer, count_failure, error, uncached, wrong_key
from fhirapi.smart.clients import assertion
from fhirapi.smart.clients.client_auth import basic_credentials
from fhirapi.smart.models import Client
from fhirapi.smart.people import keys
from fhirapi.smart.tokens import backend
from fhirapi.smart.tokens.issue import KeyInUse, find, issue
from fhirapi.smart.view import NUL

_NO_PATIENT = "The access key opens no patient any more. Its page in the portal says why."
_REFUSED = "The request was refused. Check its fields, or begin again."
_WITH_A_CODE = ("code_verifier", "client_assertion")  # an access key has neither
_NO_CODE = "A field is missing: code. Send the one that the redirect URI was called with."
_TOO_MUCH = "That is more than was granted. Ask for a part of it, or leave scope out."
_GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
_UNSUPPORTED = "grant_type must be authorization_code, refresh_token or client_credentials."
SESSION_GONE = "User session not found. User must re-authenticate."
# Others would become attributes of oauthlib's request, under names that mean something there.
_FIELDS = (
    "grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope",
    "client_id", "client_secret", "client_assertion", "client_assertion_type",
)  # fmt: skip


_by_the_toolkit = DOTTokenView.as_view()


def answer_form(request: HttpRequest) -> HttpResponse:
    """To a POST whose form has been read."""
    grant_type = request.POST.get("grant_type")
    if grant_type == "authorization_code" and not request.POST.get("code"):
        if any(request.POST.get(name) for name in _WITH_A_CODE):
            return error(400, "invalid_request", _NO_CODE)
        return _exchange_access_key(request)
    if not grant_type:
        return error(400, "invalid_request", f"A field is missing: {_UNSUPPORTED}")
    if grant_type not in _GRANT_TYPES:
        return error(400, "unsupported_grant_type", _UNSUPPORTED)
    if any("\x00" in value for value in request.POST.values()):
        return error(400, "invalid_request", NUL)
    try:
        if grant_type == "client_credentials":
            authorization = request.META.get("HTTP_AUTHORIZATION", "")
            return answer(backend.issue(request.POST.dict(), authorization, address_of(request)))
        return _exchange(request)
    except Refused as refused:
        if refused.status == 429:
            return refused.response()
        _deny(None, f"{refused.error} at {grant_type}", address_of(request), _named(request))
        return refused.response()


def _exchange(request: HttpRequest) -> HttpResponse:
    """By the toolkit. All or nothing, but what a refusal ends stays ended."""
    request.POST = _known_fields(request.POST)  # type: ignore[assignment]  # the setter takes any
    with transaction.atomic():
        response: HttpResponse = _by_the_toolkit(request)
    response["Content-Type"] = "application/json"
    if response.status_code != 200:
        response = _refusal(request, response)
    return uncached(response)


def _known_fields(sent: QueryDict) -> QueryDict:
    known = QueryDict(mutable=True)
    known.update({name: str(sent[name]) for name in _FIELDS if name in sent})
    return known


def _refusal(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Says what the guide says of a refresh token that is gone; no refusal is without a reason."""
    grant_type = request.POST["grant_type"]
    refused = orjson.loads(response.content)
    what = "refresh refused" if grant_type == "refresh_token" else "code refused"
    _deny(None, what, address_of(request), _named(request))
    if grant_type == "refresh_token" and refused.get("error") == "invalid_grant":
        refused["error_description"] = SESSION_GONE
    if refused.get("error") == "invalid_scope":
        refused.setdefault("error_description", _TOO_MUCH)
    refused.setdefault("error_description", _REFUSED)
    return answer(refused, 400)


def _exchange_access_key(request: HttpRequest) -> HttpResponse:
    in_header = basic_credentials(request.META.get("HTTP_AUTHORIZATION", ""))
    in_body = request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    access_key_id, secret = in_header or in_body
    if not access_key_id or not secret:
        return error(
            400,
            "invalid_request",
            "Send Client_ID and Client_secret: the AccessKeyID and SecretAccessKey of Manage API.",
        )
    address = address_of(request)
    found = find(access_key_id.strip()) if "\x00" not in access_key_id else None
    is_right = keys.has_secret(found.key if found else None, secret.strip())
    if found is None or not is_right:
        _deny(found, "wrong key", address)
        return wrong_key().response()
    if why := keys.why_unusable(found.key):
        _deny(found, "unusable key", address)
        return error(400, "invalid_grant", why)
    if not found.patient_ids:
        _deny(found, "key without patients", address)
        return error(400, "invalid_grant", _NO_PATIENT)
    pair = issue(found, address=address)
    if pair is None:  # rotated or switched off while we looked
        return wrong_key().response()
    return answer(pair.response())


def _named(request: HttpRequest) -> str | None:
    """The app that the request says it is from; what names none may be a secret, misplaced."""
    client_id = _client_id(request)
    is_one = "\x00" not in client_id and Client.objects.filter(client_id=client_id).exists()
    return client_id if is_one else None


def _client_id(request: HttpRequest) -> str:
    if text := request.POST.get("client_assertion"):
        try:
            return assertion.unverified(text, assertion.TYPE).client_id
        except Refused:
            return ""
    in_header = basic_credentials(request.META.get("HTTP_AUTHORIZATION", ""))
    return in_header[0] if in_header else request.POST.get("client_id", "")


def _deny(
    found: KeyInUse | None, detail: str, address: str | None, client_id: str | None = None
) -> None:
    """The trail names the key, so that its owner sees which one an app could not use.

    A flood is not written down line by line: raises Refused when too many come.
    """
    count_failure(address)
    record(
        AuditRecord.Action.TOKEN,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=found.account_id if found else None,
        client_id=found.key.access_key_id if found else client_id,
        detail=detail,
        address=address,
    )
