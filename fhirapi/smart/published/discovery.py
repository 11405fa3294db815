"""What an app has to know before it asks for anything.

https://hl7.org/fhir/smart-app-launch/conformance.html
https://openid.net/specs/openid-connect-discovery-1_0.html and RFC 8414
"""

from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings

from fhirapi.smart.access.scopes import supported
from fhirapi.smart.addresses import absolute, offered
from fhirapi.smart.clients.assertion import KEY_TYPES
from fhirapi.smart.published.brands import identifier
from fhirapi.smart.published.public import public_document
from fhirapi.smart.tokens import key_ring

_CAPABILITIES = (
    "launch-ehr", "launch-standalone", "authorize-post",
    "client-public", "client-confidential-symmetric", "client-confidential-asymmetric",
    "sso-openid-connect",
    "context-banner", "context-style", "context-ehr-patient", "context-ehr-encounter",
    "context-standalone-patient", "context-standalone-encounter",
    "permission-offline", "permission-online", "permission-patient", "permission-user",
    "permission-v1", "permission-v2",
)  # fmt: skip
_ADDRESSES = {
    "authorization_endpoint": "oauth2/authorize",
    "token_endpoint": "oauth2/token",
    "introspection_endpoint": "oauth2/introspect",
    "revocation_endpoint": "oauth2/revoke",
    "registration_endpoint": "oauth2/register",
}


@public_document()
@lru_cache(maxsize=1)
def smart_configuration() -> bytes:
    return orjson.dumps(
        {
            **_server(),
            **offered({"management_endpoint": "oauth2/manage"}),
            "user_access_brand_bundle": absolute("brands"),
            "user_access_brand_identifier": identifier(),
            "capabilities": _CAPABILITIES,
        }
    )


@public_document()
@lru_cache(maxsize=1)
def openid_configuration() -> bytes:
    """The same document answers RFC 8414, which asks for less."""
    return orjson.dumps(
        {
            **_server(),
            **offered({"userinfo_endpoint": "oauth2/userinfo"}),
            "response_modes_supported": ["query"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": [
                "iss", "sub", "aud", "exp", "iat", "nonce", "auth_time",
                "fhirUser", "name", "given_name", "family_name",
            ],
            "claims_parameter_supported": False,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
            "authorization_response_iss_parameter_supported": True,
        }
    )  # fmt: skip


@public_document()
def jwks() -> bytes:
    """The keys that verify our id_tokens and access tokens, and the next one. RFC 7517"""
    return orjson.dumps({"keys": key_ring.current().published()})


def _server() -> dict[str, Any]:
    return {
        "issuer": settings.FHIR_BASE_URL,
        "jwks_uri": absolute("oauth2/jwks"),
        **offered(_ADDRESSES),
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic", "client_secret_post", "private_key_jwt",
        ],
        "token_endpoint_auth_signing_alg_values_supported": list(KEY_TYPES),
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "scopes_supported": supported(),
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
    }  # fmt: skip
