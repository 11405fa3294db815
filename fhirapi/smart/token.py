"""The token endpoint. RFC 6749 section 3.2, and the guide's exchange of an access key."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.views import TokenView as DOTTokenView

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart import keys
from fhirapi.smart.client_auth import basic_credentials
from fhirapi.smart.issue import KeyInUse, find, issue, patient_context, visible_patients
from fhirapi.smart.models import RefreshToken
from fhirapi.smart.secrets import token_checksum

WRONG_KEY = "Error: Wrong Client_ID or Client_secret Key"
_NO_PATIENT = "The access key opens no patient any more. Its page in the portal says why."
_REFUSED = "The refresh request was refused. Check its fields, or exchange the key again."
_UNSUPPORTED = "grant_type must be authorization_code or refresh_token."
_GRANT_TYPES = ("authorization_code", "refresh_token")
SESSION_GONE = "User session not found. User must re-authenticate."


@method_decorator(csrf_exempt, name="dispatch")
class TokenView(DOTTokenView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        grant_type = request.POST.get("grant_type")
        if grant_type == "authorization_code" and not request.POST.get("code"):
            return _exchange_access_key(request)
        if not grant_type:
            return error(400, "invalid_request", f"A field is missing: {_UNSUPPORTED}")
        if grant_type not in _GRANT_TYPES:
            return error(400, "unsupported_grant_type", _UNSUPPORTED)
        if any("\x00" in value for value in request.POST.values()):
            return error(400, "invalid_request", "A field holds a character that none can hold.")
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Content-Type"] = "application/json"
        if grant_type == "refresh_token":
            response = _refreshed(request, response)
        return uncached(response)

    def http_method_not_allowed(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = error(405, "invalid_request", "Send a POST request with form fields.")
        response["Allow"] = "POST, OPTIONS"
        return response


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
    if found is None or not keys.has_secret(found.key, secret.strip()):
        _deny(found, "wrong key", address)
        return wrong_key()
    if why := keys.why_unusable(found.key):
        _deny(found, "unusable key", address)
        return error(400, "invalid_grant", why)
    if not found.patient_ids:
        _deny(found, "key without patients", address)
        return error(400, "invalid_grant", _NO_PATIENT)
    pair = issue(found, address=address)
    if pair is None:  # rotated or switched off while we looked
        return wrong_key()
    return uncached(HttpResponse(orjson.dumps(pair.response()), content_type="application/json"))


def _refreshed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Says what the guide says: who the patient is, or that the session is gone."""
    answer = orjson.loads(response.content)
    if response.status_code == 200:
        made = RefreshToken.objects.select_related("data_access_grant__client").get(
            token_checksum=token_checksum(answer["refresh_token"]), revoked=None
        )
        grant = made.data_access_grant
        if grant is None:
            raise LookupError("a refresh token without its grant")
        answer |= patient_context(visible_patients(grant))
        record(
            AuditRecord.Action.REFRESH,
            account_id=grant.account_id,
            client_id=grant.client.client_id,
            patient_ids=grant.patient_ids,
            address=address_of(request),
        )
        response.content = orjson.dumps(answer)
        return response
    _deny(None, "refresh refused", address_of(request), request.POST.get("client_id"))
    if answer.get("error") == "invalid_grant":
        answer["error_description"] = SESSION_GONE
    elif answer.get("error") == "invalid_client" and not answer.get("error_description"):
        return wrong_key()
    answer.setdefault("error_description", _REFUSED)
    response.content = orjson.dumps(answer)
    return response


def _deny(
    found: KeyInUse | None, detail: str, address: str | None, client_id: str | None = None
) -> None:
    """The trail names the key, so that its owner sees which one an app could not use."""
    client_id = found.key.access_key_id if found else client_id
    record(
        AuditRecord.Action.TOKEN,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=found.account_id if found else None,
        client_id=client_id[:64] if client_id else None,
        detail=detail,
        address=address,
    )


def wrong_key() -> HttpResponse:
    """The guide's own answer beside RFC 6749's members; a 401 has a challenge (RFC 9110 15.5.2)."""
    response = _json(
        401,
        {
            "Result": WRONG_KEY,
            "error": "invalid_client",
            "error_description": "Wrong Client_ID or Client_secret.",
        },
    )
    response["WWW-Authenticate"] = 'Basic realm="QSmartCare token endpoint"'
    return response


def error(status: int, code: str, description: str) -> HttpResponse:
    """RFC 6749 5.2."""
    return _json(status, {"error": code, "error_description": description})


def _json(status: int, answer: dict[str, Any]) -> HttpResponse:
    return uncached(
        HttpResponse(orjson.dumps(answer), status=status, content_type="application/json")
    )


def uncached(response: HttpResponse) -> HttpResponse:
    """RFC 6749 5.1: a response with a token is never kept."""
    response["Content-Length"] = str(len(response.content))
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response
