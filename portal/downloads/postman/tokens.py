"""The ways to a token, a folder each."""

from portal.downloads.postman import scripts
from portal.downloads.postman.parts import (
    NO_TOKEN,
    Json,
    address,
    folder,
    form,
    item,
    pairs,
    request,
    variable,
)

_JSON = {"Accept": "application/json"}
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_KEY = {"Client_ID": variable("client_id"), "Client_secret": variable("client_secret")}


def _ask(words: str, **fields: str) -> Json:
    url = address("oauth2", "token")
    return request("POST", url, words, headers=_JSON, body=form(**fields), auth=NO_TOKEN)


def by_access_key() -> Json:
    words = (
        "The AccessKeyID and SecretAccessKey of Manage API (or Manage FHIR API) are the "
        "environment's client_id and client_secret. The answer's tokens are stored there, and "
        "every other request uses them."
    )
    asked = _ask(words, grant_type="authorization_code", **_KEY)
    return folder(
        "1 Token by access key", words, item("Get a token", asked, tests=scripts.KEEP_ISSUED)
    )


def by_refresh_token() -> Json:
    words = "An access token works for an hour; the refresh token brings the next one, once."
    asked = _ask(words, grant_type="refresh_token", refresh_token=variable("refresh_token"), **_KEY)
    return folder(
        "2 Next token", words, item("Refresh the token", asked, tests=scripts.KEEP_ISSUED)
    )


def by_approval() -> Json:
    words = (
        "SMART App Launch, standalone: register an app in the portal with Postman's address "
        "(redirect_uri of the environment), put its client id into smart_client_id, and choose "
        "Get New Access Token under Authorization. Postman opens the sign-in, sends PKCE's S256 "
        "challenge and keeps the token for this folder."
    )
    asked = request(
        "GET", address("Patient"), words, auth={"type": "oauth2", "oauth2": _code_flow()}
    )
    return folder("3 SMART code flow with PKCE", words, item("Patients of the approval", asked))


def _code_flow() -> list[Json]:
    base = variable("fhir_base_url")
    given = pairs(
        tokenName="SMART",
        grant_type="authorization_code_with_pkce",
        challengeAlgorithm="S256",
        authUrl=f"{base}/oauth2/authorize",
        accessTokenUrl=f"{base}/oauth2/token",
        refreshTokenUrl=f"{base}/oauth2/token",
        clientId=variable("smart_client_id"),
        clientSecret=variable("smart_client_secret"),
        scope=variable("smart_scope"),
        redirect_uri=variable("redirect_uri"),
        state="{{$guid}}",
        client_authentication="body",
        addTokenTo="header",
        headerPrefix="Bearer",
    )
    aud = {"key": "aud", "value": base, "enabled": True, "send_as": "request_url"}
    return [*given, {"key": "authRequestParams", "value": [aud], "type": "any"}]


def by_signature() -> Json:
    words = (
        "SMART Backend Services: put the service's client id and its private key, a JWK with kid "
        "(RSA: RS384, P-384: ES384), into the environment. The script signs the assertion here "
        "in Postman; the key is sent nowhere."
    )
    asked = _ask(
        words,
        grant_type="client_credentials",
        scope=variable("backend_scope"),
        client_assertion_type=_ASSERTION,
        client_assertion=variable("client_assertion"),
    )
    signed = item(
        "Get a token for a service", asked, before=scripts.SIGN, tests=scripts.KEEP_ISSUED
    )
    return folder("4 Backend service", words, signed)
