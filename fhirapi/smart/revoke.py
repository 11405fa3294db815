"""Token revocation. RFC 7009"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from oauth2_provider.views import RevokeTokenView as DOTRevokeTokenView

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.models import AccessToken, RefreshToken
from fhirapi.smart.secrets import token_checksum


class RevokeTokenView(DOTRevokeTokenView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if any("\x00" in value for value in request.POST.values()):
            return HttpResponse(status=400)
        token = _stored(request.POST.get("token", ""))
        response: HttpResponse = super().post(request, *args, **kwargs)
        if response.status_code == 200 and token and _stored(request.POST["token"]) is None:
            record(
                AuditRecord.Action.REVOKE,
                account_id=token.user_id,
                client_id=token.application.client_id,
                address=address_of(request),
            )
        return response


def _stored(token: str) -> AccessToken | RefreshToken | None:
    """The living token of either kind."""
    checksum = token_checksum(token)
    access = AccessToken.objects.select_related("application").filter(token_checksum=checksum)
    refresh = RefreshToken.objects.select_related("application").filter(
        token_checksum=checksum, revoked=None
    )
    found: AccessToken | RefreshToken | None = access.first() or refresh.first()
    return found
