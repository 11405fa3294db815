"""The one seam to django-oauth-toolkit: how our clients authenticate and what a token carries."""

from datetime import datetime
from typing import Any

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from fhirapi.smart import keys
from fhirapi.smart.authorize import AuthorizeRules
from fhirapi.smart.client_auth import basic_credentials
from fhirapi.smart.issue import only, visible_patients
from fhirapi.smart.models import (
    AccessKey,
    AccessToken,
    AuthorizationCode,
    DataAccessGrant,
    RefreshToken,
)


class Validator(AuthorizeRules):
    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        client_id, secret = _credentials(request)
        if not client_id or not secret or "\x00" in client_id + secret:
            return False
        if not _is_access_key(client_id):
            return bool(super().authenticate_client(request, *args, **kwargs))
        key = keys.find(client_id)
        if key is None or not keys.has_secret(key, secret):
            return False
        if why := keys.why_unusable(key):
            raise errors.InvalidClientError(description=why, request=request)
        request.client = key.data_access_grant.client
        return True

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        # A client that has a secret must show it, whatever it left out of the request.
        client_id, _ = _credentials(request)
        if client_id and _is_access_key(client_id):
            return True
        return bool(super().client_authentication_required(request, *args, **kwargs))

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        if not super().validate_code(client_id, code, client, request, *args, **kwargs):
            return False
        stored = AuthorizationCode.objects.select_related("data_access_grant").get(
            code=code, application=client
        )
        return _opens(request, stored.data_access_grant)

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        return _opens(request, request.refresh_token_instance.data_access_grant)

    def _save_bearer_token(
        self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        # Another request may have used the refresh token up since this one looked at it. The
        # toolkit would hand out that one's pair, of which it keeps only digests: empty tokens.
        looked_at = getattr(request, "refresh_token_instance", None)
        if looked_at is not None:
            live = RefreshToken.objects.select_for_update().filter(pk=looked_at.pk, revoked=None)
            if not live:
                raise errors.InvalidGrantError(request=request)
        super()._save_bearer_token(token, request, *args, **kwargs)

    def _create_access_token(
        self,
        expires: datetime,
        request: Request,
        token: dict[str, Any],
        source_refresh_token: RefreshToken | None = None,
    ) -> AccessToken:
        made: AccessToken = super()._create_access_token(
            expires, request, token, source_refresh_token
        )
        made.data_access_grant = request.data_access_grant
        made.save(update_fields=["data_access_grant"])
        return made

    def _create_refresh_token(
        self,
        request: Request,
        refresh_token_code: str,
        access_token: AccessToken,
        previous_refresh_token: RefreshToken | None,
    ) -> RefreshToken:
        made: RefreshToken = super()._create_refresh_token(
            request, refresh_token_code, access_token, previous_refresh_token
        )
        made.data_access_grant = request.data_access_grant
        made.save(update_fields=["data_access_grant"])
        return made


def _opens(request: Request, grant: DataAccessGrant | None) -> bool:
    """Ties the request to a grant that opens somebody still."""
    if grant is None or grant.revoked_at is not None or not grant.account.is_active:
        return False
    request.data_access_grant = grant
    patient_ids = visible_patients(grant)
    request.patient_id = only(patient_ids)
    return bool(patient_ids)


def _is_access_key(client_id: str) -> bool:
    """Whether it is an AccessKeyID, of whatever state: such a client has no other way in."""
    clean = client_id.replace("\x00", "").upper()
    return AccessKey.objects.filter(access_key_id=clean).exists()


def _credentials(request: Request) -> tuple[str, str]:
    """From the Basic header or the body."""
    in_header = basic_credentials(request.headers.get("HTTP_AUTHORIZATION") or "")
    in_body = request.client_id or "", getattr(request, "client_secret", None) or ""
    return in_header or in_body
