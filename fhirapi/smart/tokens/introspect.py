"""Token introspection. RFC 7662, and

https://hl7.org/fhir/smart-app-launch/token-introspection.html
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.answers import Refused, answer
from fhirapi.smart.clients.client_auth import authenticate_request
from fhirapi.smart.models import Client
from fhirapi.smart.tokens import living
from fhirapi.smart.tokens.identity import fhir_user
from fhirapi.smart.tokens.living import Living
from fhirapi.smart.view import form_view

_DEAD = {"active": False}
"""Says nothing else: neither why, nor whether there ever was such a token. RFC 7662 2.2"""
_UNPROVED = "Authenticate with a secret, an assertion, or an access token of yours as Bearer."
_NO_BEARER = "The access token of the Authorization header does not work any more."
_FROM_CONTEXT = ("encounter", "fhirContext", "intent", "need_patient_banner")


@form_view
def introspect(request: HttpRequest) -> HttpResponse:
    client = _caller(request)
    token = request.POST.get("token")
    if not token:
        raise Refused("invalid_request", "A field is missing: token.")
    found = living.find(token)
    if found is None or not (client.may_introspect or found.client_pk == client.pk):
        return answer(_DEAD)
    _record(found, client, address_of(request))
    return answer(_members(found))


def _caller(request: HttpRequest) -> Client:
    """An app with one of its own tokens, or whoever authenticates."""
    token = living.bearer(request.META.get("HTTP_AUTHORIZATION", ""))
    if token is None:
        client = authenticate_request(request)
        if client.kind == Client.Kind.PUBLIC:
            raise Refused("invalid_client", _UNPROVED, status=401, challenge="Bearer")
        return client
    found = living.find(token)
    if found is None or not found.is_access:
        challenge = 'Bearer error="invalid_token"'
        raise Refused("invalid_token", _NO_BEARER, status=401, challenge=challenge)
    caller: Client = Client.objects.get(pk=found.client_pk)
    return caller


def _record(found: Living, by: Client, address: str | None) -> None:
    """Whoever looks learns whose token it is and of which patient."""
    record(
        AuditRecord.Action.INTROSPECT,
        account_id=found.account_id,
        client_id=by.client_id,
        patient_ids=[found.patient_id] if found.patient_id else None,
        detail=None if found.client_pk == by.pk else f"token of {found.client_id}",
        address=address,
    )


def _members(found: Living) -> dict[str, Any]:
    told: dict[str, Any] = {
        "active": True,
        "scope": found.scope,
        "client_id": found.client_id,
        "exp": int(found.ends.timestamp()),
        "iat": int(found.issued.timestamp()),
        "sub": str(found.account_id),
        "iss": settings.FHIR_BASE_URL,
        "aud": settings.FHIR_BASE_URL,
    }
    if found.is_access:
        told |= {"token_type": "Bearer"}
    if found.patient_id:
        told["patient"] = found.patient_id
    told |= {name: found.context[name] for name in _FROM_CONTEXT if name in found.context}
    if "fhirUser" in found.scope.split():
        told["fhirUser"] = fhir_user(found.account_id, found.patient_id)
    return {name: value for name, value in told.items() if value is not None}
