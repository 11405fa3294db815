"""The collection and the environment, put together; both without a secret of anybody."""

from uuid import NAMESPACE_URL, uuid5

from fhirapi.definitions import registry
from portal.downloads.postman import tokens, types
from portal.downloads.postman.parts import Json, pairs, variable

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_CALLBACK = "https://oauth.pstmn.io/v1/callback"  # where Postman itself takes codes
_WORDS = (
    "QSmartCare's FHIR R4 API. Import the environment as well, choose it, put in the access key, "
    "and run folder 1: every other request has the token then. Searches keep the id of what they "
    "found first, and the requests below read it."
)


def collection(fhir_base_url: str) -> Json:
    """Postman's format 2.1. The address only tells installations apart: requests have variables."""
    return {
        "info": {
            "_postman_id": str(uuid5(NAMESPACE_URL, f"{fhir_base_url}#postman-collection")),
            "name": "QSmartCare FHIR API",
            "description": _WORDS,
            "schema": _SCHEMA,
        },
        "auth": {"type": "bearer", "bearer": pairs(token=variable("access_token"))},
        "item": [
            tokens.by_access_key(),
            tokens.by_refresh_token(),
            tokens.by_approval(),
            tokens.by_signature(),
            types.of_system(),
            *(types.of_type(each) for each in registry.every()),
        ],
    }


def environment(base_url: str, fhir_base_url: str) -> Json:
    """What differs from one installation and person to the next; secrets are theirs to add."""
    plain = {
        "base_url": base_url,
        "fhir_base_url": fhir_base_url,
        "client_id": "",
        "patient_id": "",
        "smart_client_id": "",
        "smart_scope": "openid fhirUser offline_access launch/patient patient/*.rs",
        "redirect_uri": _CALLBACK,
        "backend_client_id": "",
        "backend_scope": "system/*.rs",
    }
    secret = (
        "client_secret", "access_token", "refresh_token", "smart_client_secret",
        "backend_private_jwk", "client_assertion",
    )  # fmt: skip
    values = [_value(name, value, "default") for name, value in plain.items()]
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{fhir_base_url}#postman-environment")),
        "name": f"QSmartCare {base_url}",
        "values": values + [_value(name, "", "secret") for name in secret],
        "_postman_variable_scope": "environment",
    }


def _value(name: str, value: str, kind: str) -> Json:
    return {"key": name, "value": value, "type": kind, "enabled": True}
