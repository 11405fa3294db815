"""Who may ask: OAuth 2.0 with SMART's scopes. https://hl7.org/fhir/smart-app-launch/"""

from collections.abc import Iterable

from fhirapi.definitions import registry
from fhirapi.rest.openapi.parts import Json
from fhirapi.smart.access.scopes import CONTEXTS, IDENTITY

SMART, BACKEND, TOKEN = "smart", "backend", "token"
_WORDS = {"c": "make", "r": "read", "u": "change", "d": "delete", "s": "search for"}
_LETTERS = {"patient": "rs", "user": "cruds", "system": "cruds"}


def needs(scopes: Iterable[str]) -> list[Json]:
    """Any one of these scopes; or a token of an access key, whose scopes the key decides."""
    found: list[Json] = []
    for each in scopes:
        found.append({(BACKEND if each.startswith("system/") else SMART): [each]})
    return [*found, {TOKEN: []}]


def schemes(base: str) -> Json:
    """``base``: the FHIR base URL."""
    token_url = f"{base}/oauth2/token"
    return {
        SMART: {
            "type": "oauth2",
            "description": "SMART App Launch: somebody approves the app. PKCE (S256) is required, "
            f"aud is {base}.",
            "flows": {
                "authorizationCode": {
                    "authorizationUrl": f"{base}/oauth2/authorize",
                    "tokenUrl": token_url,
                    "refreshUrl": token_url,
                    "scopes": {**IDENTITY, **_scopes("patient", "user")},
                }
            },
        },
        BACKEND: {
            "type": "oauth2",
            "description": "SMART Backend Services: client_credentials with a signed assertion "
            "(private_key_jwt).",
            "flows": {
                "clientCredentials": {"tokenUrl": token_url, "scopes": _scopes("system")}
            },
        },
        TOKEN: {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "The token of an access key: POST to the token address with "
            "grant_type=authorization_code, Client_ID and Client_secret and no code.",
        },
    }  # fmt: skip


def _scopes(*contexts: str) -> dict[str, str]:
    wide = {
        f"{context}/*.{letters}": f"All types ({context})"
        for context in contexts
        for letters in {"rs", _LETTERS[context]}
    }
    narrow = {
        f"{context}/{each.name}.{letter}": f"{_WORDS[letter]} {each.words} ({context})".capitalize()
        for context in CONTEXTS
        if context in contexts
        for each in registry.readable()
        for letter in _LETTERS[context]
    }
    return dict(sorted(wide.items())) | narrow
