"""Token revocation. RFC 7009"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from oauth2_provider.models import revoke_access_token

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.answers import Refused, uncached
from fhirapi.smart.clients.client_auth import authenticate_request
from fhirapi.smart.models import AccessToken, Client, RefreshToken
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.view import form_view


@form_view
def revoke(request: HttpRequest) -> HttpResponse:
    """200 also for a token that is unknown, dead or another client's: this one cannot use it."""
    client = authenticate_request(request)  # by itself: whatever follows, an assertion is used up
    if not request.POST.get("token"):
        raise Refused("invalid_request", "A field is missing: token.")
    with transaction.atomic():
        if token := _living(request.POST["token"], client):
            _end(token)
            record(
                AuditRecord.Action.REVOKE,
                account_id=token.user_id,
                client_id=client.client_id,
                address=address_of(request),
            )
    return uncached(HttpResponse(status=200))


def _living(token: str, client: Client) -> AccessToken | RefreshToken | None:
    """Of either kind, whatever token_type_hint says."""
    stored = {"token_checksum": token_checksum(token), "application": client}
    refresh: RefreshToken | None = RefreshToken.objects.filter(**stored, revoked=None).first()
    access: AccessToken | None = AccessToken.objects.filter(**stored).first()
    return refresh or access


def _end(token: AccessToken | RefreshToken) -> None:
    """Either takes the other along. RFC 7009 2.1"""
    if isinstance(token, RefreshToken):
        token.revoke()
    else:
        revoke_access_token(token)
