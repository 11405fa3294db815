"""The seam to django-oauth-toolkit at the token address: codes and refresh tokens."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min
from django.utils import timezone
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record, storable
from fhirapi.smart.access.overlap import is_within
from fhirapi.smart.access.scopes import MOST
from fhirapi.smart.access.writes import grantable
from fhirapi.smart.authorization import consented
from fhirapi.smart.authorization.authorize import AuthorizeRules
from fhirapi.smart.authorization.codes import require_fresh, spend
from fhirapi.smart.clients import client_auth
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RefreshToken
from fhirapi.smart.tokens import identity, jwt, told
from fhirapi.smart.tokens.issue import only, visible_patients

REFRESHING = {"offline_access", "online_access"}


class Validator(AuthorizeRules):
    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        # Public clients too are looked at by client_auth, which knows who needs what.
        return True

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        authorization = request.headers.get("HTTP_AUTHORIZATION") or ""
        request.client = client_auth.authenticate(dict(request.decoded_body or ()), authorization)
        request.client_id = request.client.client_id
        return True

    def is_origin_allowed(self, *args: Any, **kwargs: Any) -> bool:
        return False  # origins.py answers for every address

    # --- Codes -------------------------------------------------------------------------------

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        stored = require_fresh(code, request)
        request.authorization_code = stored
        request.user, request.scopes = stored.user, _still(stored.scope, request.client)
        return _opens(request, stored.data_access_grant)

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        return request.authorization_code.code_challenge or None

    def get_code_challenge_method(self, code: str, request: Request) -> str | None:
        return request.authorization_code.code_challenge_method or None

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return True  # require_fresh has compared it

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        spend(request.authorization_code, request.issued)

    # --- Refresh tokens ----------------------------------------------------------------------

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        request.authorization_code = None
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        stored: RefreshToken = request.refresh_token_instance
        return not _has_left(stored) and _opens(request, stored.data_access_grant)

    def get_original_scopes(
        self, refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> str:
        return _scope_of(request.refresh_token_instance)

    def is_within_original_scope(
        self, request_scopes: list[str], refresh_token: str, request: Request, *args: Any,
        **kwargs: Any,
    ) -> bool:  # fmt: skip
        original = _scope_of(request.refresh_token_instance).split()
        is_short = len(request_scopes) <= MOST
        return is_short and all(is_within(word, original) for word in request_scopes)

    # --- Tokens ------------------------------------------------------------------------------

    def get_id_token(self, token: dict[str, Any], token_handler: Any, request: Request) -> str:
        claims = identity.claims(request.user, request.data_access_grant, request.scopes)
        code = request.authorization_code
        if code is not None:  # OpenID Connect Core 12.2: a refreshed one is of no new sign-in
            claims |= {"nonce": code.nonce} if code.nonce else {}
            signed_in = code.signed_in_at  # not last_login, which another session may have set
            claims |= {"auth_time": signed_in} if signed_in else {}
        return jwt.sign_id_token(claims, client_id=request.client.client_id)

    def _save_bearer_token(
        self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        # Another request may have used the refresh token up since this one looked at it. The
        # toolkit would hand out that one's pair, of which it keeps only digests: empty tokens.
        if request.authorization_code is None:
            looked_at = request.refresh_token_instance
            live = RefreshToken.objects.select_for_update().filter(pk=looked_at.pk, revoked=None)
            if not live:
                raise errors.InvalidGrantError(request=request)
        elif not REFRESHING & set(request.scopes):
            token.pop("refresh_token", None)
        super()._save_bearer_token(token, request, *args, **kwargs)
        _record(request)

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
        request.issued = made, uuid.uuid4()
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
        previous = previous_refresh_token
        made.scope = _scope_of(previous) if previous else access_token.scope
        made.save(update_fields=["data_access_grant", "scope"])
        request.issued = access_token, made.token_family
        return made

    def _load_id_token(self, token: str) -> None:
        return None  # ours are not kept: nobody is asked about them afterwards


def _opens(request: Request, grant: DataAccessGrant | None) -> bool:
    """Ties the request to a grant that opens somebody still."""
    if grant is None or not _is_live(grant):
        return False
    visible = visible_patients(grant)
    if grant.patient_ids and not visible:  # none at all: somebody only signs in to the app
        return False
    is_key = grant.client.kind == Client.Kind.ACCESS_KEY
    request.data_access_grant = grant
    request.patient_id = only(visible) if is_key else grant.context.get("patient")
    request.extra_credentials = told.members(grant)
    return True


def _scope_of(token: RefreshToken) -> str:
    """A key's tokens follow the key: of one patient it opens ``patient/``, of several ``user/``."""
    grant = token.data_access_grant
    if grant is not None and grant.client.kind == Client.Kind.ACCESS_KEY:
        return str(grant.scope)
    return " ".join(_still(token.scope, token.application))


def _still(scope: str, client: Client) -> list[str]:
    """What was approved, without writing where Provider Access was withdrawn since."""
    return grantable(scope.split(), may_write=client.may_write)


def _is_live(grant: DataAccessGrant) -> bool:
    has_run_out = grant.expires_at is not None and grant.expires_at <= timezone.now()
    return grant.revoked_at is None and not has_run_out and grant.account.is_active


def _has_left(token: RefreshToken) -> bool:
    """Online access ends with the day's work, however often it was refreshed."""
    if "online_access" not in token.scope.split() or "offline_access" in token.scope.split():
        return False
    family = RefreshToken.objects.filter(token_family=token.token_family)
    began: datetime = family.aggregate(began=Min("created"))["began"]
    return began <= timezone.now() - timedelta(seconds=settings.ONLINE_ACCESS_LIFETIME)


def _record(request: Request) -> None:
    grant: DataAccessGrant = request.data_access_grant
    consented.note_use(grant)
    is_refresh = request.authorization_code is None
    patient_id = request.patient_id
    record(
        AuditRecord.Action.REFRESH if is_refresh else AuditRecord.Action.TOKEN,
        account_id=grant.account_id,
        client_id=request.client.client_id,
        patient_ids=grant.patient_ids or ([patient_id] if patient_id else None),
        address=storable(request.headers.get("REMOTE_ADDR")),
    )
