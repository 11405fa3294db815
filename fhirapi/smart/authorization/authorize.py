"""What an authorization request may ask for, and what its code is bound to.

RFC 6749 section 4.1, RFC 7636, RFC 9207, RFC 9700, and SMART App Launch 2.2 section 2.0.9:
https://hl7.org/fhir/smart-app-launch/app-launch.html#obtain-authorization-code
"""

import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.http import HttpRequest, QueryDict
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.common import Request, add_params_to_uri

from fhirapi.smart.access import granular
from fhirapi.smart.access.scopes import MOST, parse_one
from fhirapi.smart.access.writes import grantable, writes
from fhirapi.smart.models import AuthorizationCode, Client, DataAccessGrant
from fhirapi.smart.people.patients import treats_patients

_KINDS = (Client.Kind.PUBLIC, Client.Kind.SYMMETRIC, Client.Kind.ASYMMETRIC)
_PROMPTS = frozenset({"none", "login", "consent", "select_account"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)  # of SHA-256, RFC 7636 section 4.2
_LONGEST_NONCE = 255
_ONCE = (
    "response_type", "scope", "state", "aud", "launch", "code_challenge", "code_challenge_method",
    "nonce", "prompt", "max_age", "response_mode",
)  # fmt: skip
_NOTHING_KNOWN = "None of these scopes is known here and part of the registration of the app."
_WRITES_ONLY = (
    "Nothing is left of these scopes: an app writes with user/ scopes only, and once an "
    "administrator has approved it for Provider Access. The others are not known here, or not part "
    "of its registration."
)
_TREATS_NOBODY = "Only the account of somebody who treats patients lets an app write."
_OF_OAUTH = (
    "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
    "code_challenge_method",
)  # fmt: skip


class NotTrusted(Exception):
    """Nothing may be sent to the redirect URI. Says to people what to fix. RFC 6749 4.1.2.1"""


class Refused(Exception):
    """An error that the app hears of at its redirect URI."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


@dataclass(frozen=True)
class Asked:
    """A request that keeps the rules; who is asked, and whether they agree, is still open."""

    client: Client
    redirect_uri: str
    scopes: tuple[str, ...]
    """Those it may have, as they were written."""
    launch: str
    prompt: frozenset[str]
    max_age: int | None

    @property
    def needs_patient(self) -> bool:
        """Scopes that begin with ``patient/`` are about one, whether or not it asks which."""
        scopes = (parse_one(each) for each in self.scopes)
        is_about_one = any(each.context == "patient" for each in scopes if each)
        return is_about_one or "launch/patient" in self.scopes or self.needs_encounter

    @property
    def needs_encounter(self) -> bool:
        return "launch/encounter" in self.scopes and not self.launch

    @property
    def has_data(self) -> bool:
        return any(parse_one(each) for each in self.scopes)


def trusted(params: QueryDict) -> tuple[Client, str]:
    """The app that asks, and the redirect URI it registered. Raises ``NotTrusted``."""
    client = _client(_single(params, "client_id"))
    redirect_uri = _single(params, "redirect_uri")
    if redirect_uri not in client.redirect_uris.split():
        raise NotTrusted(
            "The redirect_uri of the request is not one of those that the app registered. They "
            "must be the same, letter for letter; its developer can add it to the registration."
        )
    return client, redirect_uri


def checked(client: Client, redirect_uri: str, params: QueryDict) -> Asked:
    """Raises ``Refused``, with what the app's developer has to change."""
    _refuse_unreadable(params)
    _refuse_other_flows(params)
    _refuse_other_audience(params.get("aud", ""))
    _refuse_without_pkce(params)
    launch = params.get("launch", "")
    return Asked(
        client=client,
        redirect_uri=redirect_uri,
        scopes=_scopes(client, params, launch),
        launch=launch,
        prompt=_prompt(params.get("prompt", "")),
        max_age=_max_age(params.get("max_age")),
    )


def for_account(asked: Asked, account: AbstractUser) -> Asked:
    """Who treats nobody lets nobody write, whatever the app may. Raises ``Refused``."""
    if not any(map(writes, asked.scopes)) or treats_patients(account):
        return asked
    scopes = grantable(asked.scopes, may_write=False)
    if not scopes:
        raise Refused("invalid_scope", _TREATS_NOBODY)
    return replace(asked, scopes=tuple(scopes))


def state_of(params: QueryDict) -> str:
    """What the app gets back with the answer; two of them, or a broken one, cannot be told."""
    states = params.getlist("state")
    return states[0] if len(states) == 1 and "\x00" not in states[0] else ""


def error_address(redirect_uri: str, refused: Refused, state: str) -> str:
    """RFC 6749 4.1.2.1, with the issuer of RFC 9207."""
    answer = {
        "error": refused.error,
        "error_description": refused.description,
        "state": state,
        "iss": settings.FHIR_BASE_URL,
    }
    address: str = add_params_to_uri(redirect_uri, [each for each in answer.items() if each[1]])
    return address


def code_address(
    request: HttpRequest,
    asked: Asked,
    grant: DataAccessGrant,
    scopes: list[str],
    *,
    signed_in_at: int,
) -> str:
    """Where the app receives a code bound to the grant. django-oauth-toolkit makes it.

    ``signed_in_at``: when this session began, in seconds; another of the account may be younger.
    """
    endpoint = _Endpoint()
    try:
        _, credentials = endpoint.validate_authorization_request(request)
        credentials |= {"data_access_grant": grant, "signed_in_at": signed_in_at}
        address, *_ = endpoint.create_authorization_response(
            request, " ".join(scopes), credentials, allow=True
        )
    except OAuthToolkitError as error:
        found = error.oauthlib_error
        raise Refused(found.error, found.description or "The request was refused.") from None
    return str(address)


class AuthorizeRules(OAuth2Validator):
    """The half of the seam to django-oauth-toolkit that the authorization endpoint uses."""

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        # RFC 9700 2.1: letter for letter; the toolkit would let loopback ports differ.
        return redirect_uri in request.client.redirect_uris.split()

    def validate_scopes(
        self,
        client_id: str,
        scopes: list[str],
        client: Client,
        request: Request,
        *args: Any,
        **kwargs: Any,
    ) -> bool:
        """What cannot be granted is left out; only if nothing remains is it an error."""
        return bool(granular.usable(scopes, client.allowed_scopes, may_write=client.may_write))

    def _create_authorization_code(
        self, request: Request, code: dict[str, str], expires: Any = None
    ) -> AuthorizationCode:
        made: AuthorizationCode = super()._create_authorization_code(request, code, expires)
        made.data_access_grant = request.data_access_grant
        made.signed_in_at = request.signed_in_at or None
        made.save(update_fields=["data_access_grant", "signed_in_at"])
        return made


class _QueryOnly(OAuthLibCore):
    """The request is what its address says, also while the consent page's form comes back.

    Without what has no meaning here: to oauthlib every parameter is an attribute of the request.
    """

    def _extract_params(self, request: HttpRequest) -> tuple[str, str, str, dict[str, str]]:
        known = {name: request.GET[name] for name in _OF_OAUTH if name in request.GET}
        return f"{request.path}?{urlencode(known)}", "GET", "", self.extract_headers(request)


class _Endpoint(OAuthLibMixin):
    oauthlib_backend_class = _QueryOnly


def _single(params: QueryDict, name: str) -> str:
    values = [each for each in params.getlist(name) if each]
    if len(values) == 1:
        return values[0]
    many = "more than once" if values else "not at all"
    raise NotTrusted(f"The request must name its {name} once; it does so {many}.")


def _client(client_id: str) -> Client:
    if "\x00" in client_id:
        raise NotTrusted("The client_id of the request holds a character that none can hold.")
    known = Client.objects.select_related("user").filter(client_id=client_id)
    client: Client | None = known.first()
    if client is None:
        raise NotTrusted(
            "No app is registered here under the client_id of the request. Its developer should "
            "compare it with the registration."
        )
    if client.disabled_at is not None:
        raise NotTrusted("This app has been switched off here. Its developer knows more.")
    if client.kind not in _KINDS:
        raise NotTrusted(
            "This client_id belongs to an access key or to a backend service. Such a client gets "
            "its tokens at the token address; no person is asked."
        )
    return client


def _refuse_unreadable(params: QueryDict) -> None:
    for name, values in params.lists():
        if any("\x00" in value for value in values):
            raise Refused("invalid_request", "A parameter holds a character that none can hold.")
        if name in _ONCE and len(values) > 1:
            raise Refused("invalid_request", f"The parameter {name} must not be repeated.")
    if len(params.get("nonce", "")) > _LONGEST_NONCE:
        raise Refused("invalid_request", f"nonce must have at most {_LONGEST_NONCE} characters.")


def _refuse_other_flows(params: QueryDict) -> None:
    for name in ("request", "request_uri"):  # OpenID Connect Core 6
        if name in params:
            raise Refused(f"{name}_not_supported", f"The parameter {name} is not supported.")
    response_type = params.get("response_type")
    if not response_type:
        raise Refused("invalid_request", "response_type is missing; it must be code.")
    if response_type != "code":
        raise Refused("unsupported_response_type", "response_type must be code.")
    if params.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "response_mode must be query, or be left out.")


def _refuse_other_audience(aud: str) -> None:
    base = settings.FHIR_BASE_URL
    if not aud:
        raise Refused("invalid_request", f"aud is missing; it must be the FHIR base {base}")
    # An app that was led astray by another server's address must not get a code for this one.
    if aud not in (base, f"{base}/"):
        raise Refused("invalid_request", f"aud must be the FHIR base of this server, {base}")


def _refuse_without_pkce(params: QueryDict) -> None:
    challenge = params.get("code_challenge", "")
    if not challenge:
        raise Refused("invalid_request", "code_challenge is missing; PKCE is required (RFC 7636).")
    if params.get("code_challenge_method", "plain") != "S256":
        raise Refused("invalid_request", "code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(challenge):
        raise Refused(
            "invalid_request",
            "code_challenge must be the SHA-256 digest of the verifier in base64url: 43 "
            "characters without padding.",
        )


def _scopes(client: Client, params: QueryDict, launch: str) -> tuple[str, ...]:
    asked = params.get("scope", "").split()
    if not asked:
        raise Refused("invalid_scope", "scope is missing; name at least one.")
    if len(asked) > MOST:
        raise Refused("invalid_scope", f"scope names more than {MOST}.")
    scopes = granular.usable(asked, client.allowed_scopes, may_write=client.may_write)
    if launch and "launch" not in scopes:
        raise Refused("invalid_request", "A launch parameter needs the scope launch.")
    if not launch:
        scopes = [each for each in scopes if each != "launch"]  # there is no context to tell
    if not scopes:
        raise Refused("invalid_scope", _WRITES_ONLY if any(map(writes, asked)) else _NOTHING_KNOWN)
    return tuple(scopes)


def _prompt(text: str) -> frozenset[str]:
    """OpenID Connect Core 3.1.2.1"""
    prompt = frozenset(text.split())
    if prompt - _PROMPTS:
        raise Refused("invalid_request", f"prompt may be: {', '.join(sorted(_PROMPTS))}.")
    if "none" in prompt and len(prompt) > 1:
        raise Refused("invalid_request", "prompt none cannot stand with another value.")
    return prompt


def _max_age(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise Refused("invalid_request", "max_age must be a number of seconds.")
    return int(text)
