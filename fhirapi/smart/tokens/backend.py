"""Tokens for backend services.

What was read of a service is used again for its plain requests (quick.py), and the statement that
issues makes sure that it still is so (backend_rows.py).
https://hl7.org/fhir/smart-app-launch/backend-services.html, RFC 6749 section 4.4
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from fhirapi.smart.access.granular import is_understood
from fhirapi.smart.access.overlap import common
from fhirapi.smart.access.scopes import MOST
from fhirapi.smart.answers import Refused
from fhirapi.smart.clients import assertion
from fhirapi.smart.clients.client_auth import (
    DISABLED,
    UNKNOWN_ISSUER,
    authenticate,
    require_signing,
    shown_by,
)
from fhirapi.smart.models import Client
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens import backend_rows, followed, jwt
from fhirapi.smart.tokens.backend_rows import Service, Verdict

_SIGN = "client_credentials needs a signed assertion (private_key_jwt)."
_WRONG_KIND = "This client is not registered as a backend service."
_NOT_APPROVED = "An administrator has not approved this service, or the approval has ended."
_NO_SCOPE = "scope is missing: name system/ scopes that the service is registered for."
_TOO_MANY = f"scope names more than {MOST}."
_NO_SUCH_SCOPE = "None of these scopes is among those the service is registered and approved for."

_CHANGED = "The service was changed at this moment. Ask again."
_MOST_REMEMBERED = 1000
_remembered: dict[str, Service] = {}

Answer = dict[str, Any]
"""The members of RFC 6749 5.1."""


class _Asked(NamedTuple):
    assertion: assertion.Unverified
    scope: str
    address: str | None


def issue(fields: Mapping[str, str], authorization: str, address: str | None) -> Answer:
    """For the fields of a token request, the header and the peer's address. Raises Refused."""
    shown = shown_by(fields, authorization)
    if not (shown.assertion or shown.assertion_type):
        authenticate(fields, authorization)  # says what is wrong with who it is, if that is wrong
        raise Refused("unauthorized_client", _SIGN)
    found = assertion.unverified(shown.assertion, shown.assertion_type, shown.client_id)
    return _as_stored(_Asked(found, fields.get("scope") or "", address))


class Issued(NamedTuple):
    client_id: str
    answer: Answer


def issue_to_known(fields: Mapping[str, str], address: str | None) -> Issued | None:
    """None: not for certain. The service is new, has got another key or scope since, or is wrong.

    ``fields``: credentials other than an assertion must not be among them.
    """
    try:
        found = assertion.unverified(
            fields["client_assertion"], fields["client_assertion_type"], fields.get("client_id", "")
        )
        service = _remembered[found.client_id]
        answer = _attempt(service, _Asked(found, fields.get("scope", ""), address))
    except (Refused, KeyError):
        return None
    return Issued(found.client_id, answer) if answer else None


def _as_stored(asked: _Asked) -> Answer:
    client_id = asked.assertion.client_id
    service = _found(client_id)
    if service is None:
        raise Refused("invalid_client", UNKNOWN_ISSUER)
    answer = _attempt(service, asked)
    if answer is None:
        raise Refused("invalid_client", _CHANGED)
    if service.follows:  # each token asks the list anew
        return answer
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[client_id] = service
    return answer


def _found(client_id: str) -> Service | None:
    """With the patients of its list as it is now, if its approval follows one."""
    service = backend_rows.find(client_id)
    if service is None or service.follows is None:
        return service
    followed.follow(service.follows)
    return backend_rows.find(client_id)


def _attempt(service: Service, asked: _Asked) -> Answer | None:
    """None: the service is no longer what it is said to be. Raises Refused."""
    require_signing(service.kind)
    verified = assertion.verify(asked.assertion, service.jwks or "null", service.jwks_uri)
    scope = _granted(service, asked.scope)
    access_token = jwt.sign(
        account_id=service.account_id, client_id=service.client_id, scope=scope, patient_id=None
    )
    verdict = backend_rows.issue(
        backend_rows.Asked(
            service, verified.digest, verified.expires, token_checksum(access_token), scope,
            asked.address,
        )
    )  # fmt: skip
    if verdict is Verdict.REPLAYED:
        raise assertion.replayed()
    if verdict is Verdict.CHANGED:
        return None
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": settings.ACCESS_TOKEN_LIFETIME,
        "scope": scope,
    }


def _granted(service: Service, asked: str) -> str:
    if service.is_disabled:
        raise Refused("invalid_client", DISABLED)
    if service.kind != Client.Kind.BACKEND:
        raise Refused("unauthorized_client", _WRONG_KIND)
    if service.approved is None:
        raise Refused("unauthorized_client", _NOT_APPROVED)
    if not asked.strip():
        raise Refused("invalid_scope", _NO_SCOPE)
    if len(asked.split()) > MOST:
        raise Refused("invalid_scope", _TOO_MANY)
    scope = _common(asked, service.registered, service.approved)
    if not scope:
        raise Refused("invalid_scope", _NO_SUCH_SCOPE)
    return scope


@lru_cache(maxsize=1000)
def _common(asked: str, registered: str, approved: str) -> str:
    """Only ``system/``: the other contexts are about a person, and none takes part.

    And only what is understood here: what opens nothing is not told as granted.
    """
    of_system = [
        word for word in asked.split() if word.startswith("system/") and is_understood(word)
    ]
    return " ".join(common(common(of_system, registered.split()), approved.split()))
