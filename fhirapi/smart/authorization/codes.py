"""The authorization code's one exchange. RFC 6749 4.1.2 and 4.1.3, RFC 7636 4.6, RFC 9700 2.1.1"""

import uuid

from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from fhirapi.smart.models import AccessToken, AuthorizationCode, RefreshToken

_UNKNOWN = "The code is not known, or another client's. Send the person to authorize again."
_USED = "The code was used before; the tokens it gave have been ended. Authorize again."
_EXPIRED = "The code has expired: exchange it within a minute. Authorize again."
_REDIRECT = "redirect_uri must be the one of the authorization request."
_VERIFIER = "code_verifier is missing (PKCE): send the one that code_challenge was made of."


def require_fresh(code: str, request: Request) -> AuthorizationCode:
    """The code's row, locked: of two exchanges at once the second sees that it is used."""
    rows = AuthorizationCode.objects.select_for_update(of=("self",)).select_related(
        "user", "data_access_grant__account", "data_access_grant__client"
    )
    stored: AuthorizationCode | None = rows.filter(code=code, application=request.client).first()
    if stored is None:
        raise _invalid(_UNKNOWN, request)
    if stored.token_family is not None:
        end_tokens(stored)
        raise _invalid(_USED, request)
    if stored.is_expired():
        raise _invalid(_EXPIRED, request)
    if request.redirect_uri != stored.redirect_uri:
        raise _invalid(_REDIRECT, request)
    if not request.code_verifier:
        raise _invalid(_VERIFIER, request)
    return stored


def spend(code: AuthorizationCode, issued: tuple[AccessToken, uuid.UUID]) -> None:
    code.access_token, code.token_family = issued
    code.save(update_fields=["access_token", "token_family"])


def end_tokens(code: AuthorizationCode) -> None:
    """Somebody has a copy of the code: whoever was first, its tokens are not trusted any more."""
    RefreshToken.revoke_family(code.token_family)
    AccessToken.objects.filter(pk=code.access_token_id).delete()


def _invalid(description: str, request: Request) -> errors.OAuth2Error:
    return errors.InvalidGrantError(description=description, request=request)
