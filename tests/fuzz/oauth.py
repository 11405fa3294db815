"""OAuth 2.0 and SMART addresses: forms, client metadata, assertions, tokens of strangers.

RFC 6749, 7591, 7009, 7662; https://hl7.org/fhir/smart-app-launch/
"""

import base64
import json
from typing import Any

from hypothesis import strategies as st

from tests.fuzz import values
from tests.fuzz.bodies import leaf
from tests.fuzz.headers import bearer, free, odd
from tests.fuzz.sending import Request, query
from tests.fuzz.world import assertion
from tests.running.exporter import ASSERTION

OAUTH = "/R4-patient-api/oauth2/"
_PATHS = (
    "token",
    "token",
    "token",
    "token.php",
    "introspect",
    "revoke",
    "userinfo",
    "register",
    "authorize",
    "jwks",
    "manage",
    "manage/",
    "x",
    "token/",
    "../oath2/token.php",
    "register/demo-public",
)
_SCOPES = (
    "patient/*.rs",
    "launch/patient openid",
    "system/*.rs",
    "patient/Observation.rs?category=laboratory",
    "patient/Observation.rs?category=",
    "patient/*.*",
    "*/*.*",
    "patient/Nothing.r",
    "launch launch",
    "patient/Patient.rs?" + "a=b&" * 100,
    "x " * 2000,
    "patient/Observation.rs?_has:x:y:z=1",
    "user/*.cruds offline_access online_access",
    "openid fhirUser",
    "\u00e9",
    "patient/Patient.sr",
)
_NAMES = (
    "grant_type",
    "client_id",
    "client_secret",
    "Client_ID",
    "Client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "client_assertion",
    "client_assertion_type",
    "token",
    "token_type_hint",
    "aud",
    "state",
    "nonce",
    "launch",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "response_mode",
    "request",
    "claims",
    "audience",
    "resource",
    "username",
    "password",
    "CLIENT_ID",
)


_FURTHER_MEMBERS = (
    "jwks", "jwks_uri", "logo_uri", "client_uri", "contacts", "software_statement", "policy_uri",
    "response_types", "launch_url", "initiate_login_uri", "tos_uri", "x",
)  # fmt: skip
_URIS = (
    "https://app.example/cb", "http://127.0.0.1:1/cb", "http://[", "x:/y", "https://u:p@h/",
    "https://h/#f", "javascript:1",
)  # fmt: skip


def _choices(demo: Any) -> dict[str, list[str]]:
    clients = list(demo["clients"].values())
    address = demo["token_url"].removesuffix(".php")
    assertions = [
        assertion(each, address, **odd_claims)
        for each in clients
        if "private_jwk" in each
        for odd_claims in _ODD_CLAIMS
    ]
    key = demo["access_keys"][0]
    return {
        "grant_type": [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "password",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "client_id": [each["client_id"] for each in clients] + [key["access_key_id"]],
        "client_secret": [
            key["secret_access_key"],
            *(each["secret"] for each in clients if "secret" in each),
        ],
        "redirect_uri": [
            "http://localhost:9876/callback",
            "https://evil.example/",
            "http://[",
            "urn:x",
        ],
        "response_type": ["code", "token", "code id_token", "none"],
        "scope": list(_SCOPES),
        "client_assertion": assertions,
        "client_assertion_type": [ASSERTION],
        "aud": [demo["fhir_base_url"], "https://evil.example/"],
        "code_challenge_method": ["S256", "plain"],
        "code_challenge": ["a" * 43],
        "code_verifier": ["a" * 43],
        "token_type_hint": ["access_token", "refresh_token"],
        "prompt": ["none", "login", "consent"],
        "max_age": ["0", "-1", "9" * 30],
    }


_ODD_CLAIMS: tuple[dict[str, Any], ...] = (
    {},
    {"exp": 0},
    {"exp": 10**12},
    {"exp": "x"},
    {"exp": None},
    {"exp": 1e400},
    {"jti": None},
    {"jti": 1},
    {"jti": "a" * 5000},
    {"jti": "\u0000"},
    {"aud": []},
    {"aud": [None]},
    {"aud": {}},
    {"sub": 1},
    {"iss": None},
    {"iss": []},
    {"nbf": 10**12},
    {"iat": "x"},
    {"iat": -1},
)


def requests(demo: Any) -> st.SearchStrategy[Request]:
    return st.one_of(
        _forms(demo), _forms(demo), _authorizations(demo), registrations(), _with_bearer()
    )


@st.composite
def _fields(draw: st.DrawFn, choices: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Often what an honest client would send; then something of it is wrong."""
    choose = {"Client_ID": "client_id", "Client_secret": "client_secret", "CLIENT_ID": "client_id"}
    names = draw(
        st.one_of(
            st.sampled_from(
                (
                    ["grant_type", "client_id", "client_secret"],
                    ["grant_type", "client_assertion", "client_assertion_type", "scope"],
                    ["grant_type", "client_id", "client_secret", "refresh_token", "scope"],
                    ["grant_type", "client_id", "code", "redirect_uri", "code_verifier"],
                    ["client_id", "client_secret", "token"],
                )
            ),
            st.lists(st.sampled_from(_NAMES), max_size=7),
        )
    )
    pairs = []
    for name in names:
        known = choices.get(choose.get(name, name), [])
        value = draw(
            st.one_of(st.sampled_from(known), st.sampled_from(known), values.text())
            if known
            else values.text()
        )
        pairs.append((name, value))
    return pairs


@st.composite
def _forms(draw: st.DrawFn, demo: Any) -> Request:
    pairs = draw(_fields(_choices_of(demo)))
    path = OAUTH + draw(st.sampled_from(_PATHS))
    headers = draw(odd())
    if draw(st.sampled_from((False, False, True))):
        headers["Authorization"] = draw(_basic(demo))
    body, headers["Content-Type"] = query(pairs).encode(), "application/x-www-form-urlencoded"
    match draw(st.sampled_from(("form", "form", "form", "parts", "json", "raw", "query"))):
        case "parts":
            body, headers["Content-Type"] = _parts(pairs), "multipart/form-data; boundary=b"
        case "json":
            body, headers["Content-Type"] = json.dumps(dict(pairs)).encode(), "application/json"
        case "raw":
            body = draw(st.binary(max_size=60))
            headers["Content-Type"] = draw(
                st.sampled_from(
                    (
                        "application/x-www-form-urlencoded",
                        "multipart/form-data; boundary=b",
                        "x",
                        "multipart/form-data",
                        "application/x-www-form-urlencoded; charset=x",
                    )
                )
            )
        case "query":
            path, body = f"{path}?{query(pairs)}", b""
    return Request(draw(st.sampled_from(("POST",) * 6 + ("GET", "PUT"))), path, headers, body)


_made: dict[int, dict[str, list[str]]] = {}


def _choices_of(demo: Any) -> dict[str, list[str]]:
    """Once: assertions are signed."""
    if id(demo) not in _made:
        _made[id(demo)] = _choices(demo)
    return _made[id(demo)]


def _parts(pairs: list[tuple[str, str]]) -> bytes:
    made = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + value.encode("utf-8", "surrogatepass")
        + b"\r\n"
        for name, value in pairs
    ]
    return b"".join(made) + b"--b--\r\n"


def _basic(demo: Any) -> st.SearchStrategy[str]:
    choices = _choices_of(demo)
    pair = st.tuples(
        st.sampled_from(choices["client_id"]),
        st.one_of(st.sampled_from(choices["client_secret"]), values.text()),
    )
    whole = pair.map(
        lambda each: base64.b64encode(":".join(each).encode("utf-8", "surrogatepass")).decode()
    )
    return st.one_of(whole.map("Basic {}".format), free().map("Basic {}".format), bearer())


@st.composite
def _authorizations(draw: st.DrawFn, demo: Any) -> Request:
    choices = _choices_of(demo)
    right = {
        "response_type": "code",
        "client_id": draw(st.sampled_from(choices["client_id"])),
        "redirect_uri": "http://localhost:9876/callback",
        "scope": "launch/patient patient/*.rs openid",
        "aud": demo["fhir_base_url"],
        "state": "s",
        "code_challenge": "a" * 43,
        "code_challenge_method": "S256",
    }
    pairs = list((right | dict(draw(_fields(choices)))).items())
    method = draw(st.sampled_from(("GET", "GET", "POST", "HEAD")))
    path = f"{OAUTH}authorize{draw(st.sampled_from(('', '', '/x')))}"
    if method == "POST":
        sent = {"Content-Type": "application/x-www-form-urlencoded", **draw(odd())}
        return Request(method, path, sent, query(pairs).encode())
    return Request(method, f"{path}?{query(pairs)}", draw(odd()))


@st.composite
def registrations(draw: st.DrawFn) -> Request:
    uri = st.one_of(
        st.sampled_from(_URIS),
        values.text(),
    )
    right: dict[str, Any] = {
        "client_name": draw(st.one_of(st.just("Fuzz"), values.text())),
        "redirect_uris": draw(st.lists(uri, max_size=3)),
        "token_endpoint_auth_method": draw(
            st.sampled_from(
                ("none", "client_secret_basic", "private_key_jwt", "client_secret_post", "x")
            )
        ),
        "grant_types": draw(
            st.lists(
                st.sampled_from(("authorization_code", "refresh_token", "client_credentials", "x")),
                max_size=3,
            )
        ),
        "scope": draw(st.sampled_from(_SCOPES)),
    }
    odd_members = draw(
        st.dictionaries(
            st.sampled_from((*right, *_FURTHER_MEMBERS)),
            st.one_of(leaf(), uri),
            max_size=3,
        )
    )
    body = json.dumps(right | odd_members).encode()
    return Request(
        "POST", f"{OAUTH}register", {"Content-Type": "application/json", **draw(odd())}, body
    )


@st.composite
def _with_bearer(draw: st.DrawFn) -> Request:
    path = draw(
        st.sampled_from(
            (
                "oauth2/userinfo",
                "Patient",
                "oauth2/register/demo-public",
                "$export",
                "Patient/142859",
                "oauth2/introspect",
            )
        )
    )
    sent = {"Authorization": draw(bearer()), **draw(odd())}
    return Request(
        draw(st.sampled_from(("GET", "POST", "DELETE", "PUT"))), f"/R4-patient-api/{path}", sent
    )
