"""The rules of registration: what an app may say about itself, whoever takes it in.

The portal's form, dynamic registration and administration ask the same functions here. Pure:
nothing is fetched and nothing stored. RFC 7591 section 2, RFC 8252 sections 7 and 8, RFC 9700 2.1
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any
from unicodedata import category
from urllib.parse import SplitResult, urlsplit

from fhirapi.smart.access import granular, scopes
from fhirapi.smart.access.writes import writes
from fhirapi.smart.clients import fetch, jwks, reserved
from fhirapi.smart.models import Client

Kind = Client.Kind

APP_KINDS = (Kind.PUBLIC, Kind.SYMMETRIC, Kind.ASYMMETRIC, Kind.BACKEND)
KEYED_KINDS = (Kind.ASYMMETRIC, Kind.BACKEND)
MOST_REDIRECT_URIS = 10
MOST_CONTACTS = 5
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 1000
LONGEST_URI = 200  # what models.URLField keeps
MOST_SCOPES = 100
NO_PAGE = "Write the full address, beginning with https://."
_READS_ONLY = (
    "Patient Access reads only. To write, ask for user/ or system/ scopes; they work once an "
    "administrator has approved the app for Provider Access."
)
_NOT_HTTP = "Use https. http is for localhost, 127.0.0.1 and [::1] only."
# A domain name turned round, which only its owner should use. RFC 8252 section 7.1
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()+,;=%]+")  # RFC 3986 without # and *
_HOST = re.compile(
    r"[A-Za-z0-9._:-]+"
)  # it comes into a header of ours (CSP), where ; , and ' part
# Unicode's controls, formats and separators of lines; but not the joiners that some scripts need.
_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d"
_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")


@dataclass(frozen=True)
class Details:
    """What is known of an app, in our own words."""

    kind: str
    name: str = ""
    description: str = ""
    redirect_uris: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    launch_uri: str = ""
    scopes: tuple[str, ...] = ()
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    contacts: tuple[str, ...] = ()
    privacy_answers: dict[str, bool] = field(default_factory=dict)


Problems = dict[str, list[str]]
"""What is wrong, by the name of the field in ``Details``."""


def problems(details: Details, *, is_ours: bool = False) -> Problems:
    """``is_ours``: staff registers it, who may give it the product's own name."""
    found = {
        "kind": [] if details.kind in APP_KINDS else ["Choose one of the kinds of app."],
        "name": _of_name(details.name, is_ours=is_ours),
        "description": _too_long(details.description, LONGEST_DESCRIPTION),
        "redirect_uris": _of_redirect_uris(details),
        "allowed_origins": _of_origins(details),
        "launch_uri": _of_launch_uri(details),
        "scopes": _of_scopes(details),
        "contacts": _of_contacts(details.contacts),
        **_of_keys(details),
    }
    for name in ("client_uri", "logo_uri", "policy_uri", "tos_uri"):
        found[name] = _of_page(getattr(details, name))
    _refuse_nul(details, found)
    return {name: wrong for name, wrong in found.items() if wrong}


# --- Addresses ---------------------------------------------------------------------------------
def problem_of_redirect_uri(uri: str, kind: str = Kind.PUBLIC) -> str | None:
    """A sentence about what is wrong with it; None if the app may register it."""
    parts = _split(uri)
    if parts is None:
        return "This is not an address: use letters, digits and the signs of URLs, without * or #."
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        return "Leave out the user name."
    if parts.scheme == "https":
        return None if parts.hostname else "The host is missing."
    if parts.scheme == "http":
        return None if parts.hostname in fetch.LOOPBACK_HOSTS else _NOT_HTTP
    if not _PRIVATE_USE.fullmatch(parts.scheme):
        return "Use https, or a scheme that is your domain turned round: com.example.app:/callback."
    if kind != Kind.PUBLIC:
        return "A scheme of one's own is for public apps on a phone or desktop."
    if parts.netloc or not parts.path.startswith("/"):
        return "Write one / after the colon: com.example.app:/callback."
    return None


def origins_of(redirect_uris: Iterable[str]) -> tuple[str, ...]:
    """Where a browser app's pages come from, as the browser names it. RFC 6454 section 7"""
    parts = [_split(uri) for uri in redirect_uris]
    web = [each for each in parts if each and each.scheme in ("https", "http") and each.netloc]
    return tuple(dict.fromkeys(f"{each.scheme}://{each.netloc.lower()}" for each in web))


def _split(uri: str) -> SplitResult | None:
    if len(uri) > LONGEST_URI or not _UNRESERVED.fullmatch(uri):
        return None
    try:
        parts = urlsplit(uri)
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts if not parts.netloc or _HOST.fullmatch(parts.hostname or "") else None


def _of_redirect_uris(details: Details) -> list[str]:
    uris = details.redirect_uris
    if details.kind == Kind.BACKEND:
        return ["A backend service has no redirect URI: nobody signs in."] if uris else []
    if not uris:
        return ["Name at least one redirect URI."]
    if len(uris) > MOST_REDIRECT_URIS:
        return [f"At most {MOST_REDIRECT_URIS} redirect URIs are taken."]
    found = [(uri, problem_of_redirect_uri(uri, details.kind)) for uri in uris]
    return [f"{short(uri)}: {problem}" for uri, problem in found if problem]


def _of_origins(details: Details) -> list[str]:
    if len(details.allowed_origins) > MOST_REDIRECT_URIS:
        return [f"At most {MOST_REDIRECT_URIS} origins are taken."]
    return [
        f"{short(origin)}: Write an origin as https://app.example.com, without a path."
        for origin in details.allowed_origins
        if problem_of_redirect_uri(origin, Kind.SYMMETRIC) or origins_of([origin]) != (origin,)
    ]


def _of_launch_uri(details: Details) -> list[str]:
    if not details.launch_uri:
        return []
    if details.kind == Kind.BACKEND:
        return ["A backend service is not launched: nobody sees it."]
    problem = problem_of_redirect_uri(details.launch_uri, Kind.SYMMETRIC)
    return [problem] if problem else []


def _of_page(uri: str) -> list[str]:
    """An address that people open, or whose picture they see."""
    if not uri:
        return []
    parts = _split(uri.partition("#")[0])
    if (
        parts is None
        or len(uri) > LONGEST_URI
        or parts.scheme != "https"
        or not parts.hostname
        or "@" in parts.netloc
    ):
        return [NO_PAGE]
    return []


# --- The rest ----------------------------------------------------------------------------------
def _of_scopes(details: Details) -> list[str]:
    if not details.scopes:
        return ["Name at least one scope."]
    if len(details.scopes) > MOST_SCOPES:
        return [f"At most {MOST_SCOPES} scopes are taken."]
    is_backend = details.kind == Kind.BACKEND
    wrong = []
    for scope in details.scopes:
        parsed = scopes.parse_one(scope)
        if not granular.is_understood(scope):
            wrong.append(f"{short(scope)}: This server does not know the scope.")
        elif parsed and parsed.context == "patient" and writes(scope):
            wrong.append(f"{short(scope)}: {_READS_ONLY}")
        elif is_backend and (parsed is None or parsed.context != "system"):
            wrong.append(f"{short(scope)}: A backend service asks for system/ scopes only.")
        elif not is_backend and parsed and parsed.context == "system":
            wrong.append(f"{short(scope)}: system/ scopes are for backend services.")
    return wrong


def _of_keys(details: Details) -> Problems:
    if details.kind not in KEYED_KINDS:
        is_there = details.jwks is not None or details.jwks_uri
        wrong = ["Keys are for apps that sign with a key pair."] if is_there else []
        return {"jwks_uri" if details.jwks is None else "jwks": wrong}
    if details.jwks is not None and details.jwks_uri:
        return {"jwks": ["Give the address of your keys or the keys themselves, not both."]}
    if details.jwks is not None:
        return {"jwks": jwks.check(details.jwks)}
    if not details.jwks_uri:
        return {"jwks_uri": ["Give the address of your public keys, or the keys themselves."]}
    if len(details.jwks_uri) > LONGEST_URI:
        return {"jwks_uri": _too_long(details.jwks_uri, LONGEST_URI)}
    problem = fetch.is_fetchable(details.jwks_uri)
    return {"jwks_uri": [problem] if problem else []}


def _of_name(name: str, *, is_ours: bool) -> list[str]:
    """People decide by it: it must be there to see, turn no text round, and not pass for ours."""
    kinds = {category(sign) for sign in name if sign not in _JOINERS}
    if not any(kind[0] in "LNPS" for kind in kinds):
        return ["Give the app the name that people will see."]
    if kinds & _INVISIBLE:
        return ["Leave out line breaks and other characters that cannot be seen."]
    if not is_ours and reserved.is_reserved(name):
        return ["This looks like a name of QSmartCare itself. Give the app a name of its own."]
    return _too_long(name, LONGEST_NAME)


def _of_contacts(contacts: tuple[str, ...]) -> list[str]:
    if len(contacts) > MOST_CONTACTS:
        return [f"At most {MOST_CONTACTS} addresses are taken."]
    wrong = [each for each in contacts if len(each) > 254 or not _EMAIL.fullmatch(each)]
    return [f"{short(each)}: This is not an email address." for each in wrong]


def _too_long(text: str, longest: int) -> list[str]:
    return [f"At most {longest} characters are taken."] if len(text) > longest else []


def short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _refuse_nul(details: Details, found: Problems) -> None:
    r"""PostgreSQL holds no NUL, neither in text nor, written as \u0000, in jsonb."""
    for each in fields(details):
        if not found.get(each.name) and "\\x00" in repr(getattr(details, each.name)):
            found[each.name] = ["It contains a character that cannot be kept."]
