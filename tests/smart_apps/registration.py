"""Registers an app as its developer would by RFC 7591."""

from typing import Any

import requests

from tests.smart_apps.server import AppServer


def register(running: dict[str, Any], app: AppServer, method: str, scope: str) -> dict[str, Any]:
    """``method``: its token_endpoint_auth_method."""
    asked: dict[str, Any] = {
        "client_name": f"Heart rate app ({method})",
        "redirect_uris": [app.callback],
        "token_endpoint_auth_method": method,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": scope,
    }
    if method == "private_key_jwt":
        asked["jwks_uri"] = f"{app.origin}/jwks.json"
    address = f"{running['fhir_base_url']}/oauth2/register"
    response = requests.post(address, json=asked, timeout=10)
    assert response.status_code == 201, response.text
    made: dict[str, Any] = response.json()
    return made
