"""Who signed in, for an app with an access token.

https://openid.net/specs/openid-connect-core-1_0.html#UserInfo, errors by RFC 6750 section 3
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fhirapi.smart.answers import Refused, answer, error
from fhirapi.smart.models import DataAccessGrant
from fhirapi.smart.tokens import identity, living
from fhirapi.smart.view import told


@csrf_exempt
def userinfo(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        refusal = error(405, "invalid_request", "Send a GET or POST request.")
        refusal["Allow"] = "GET, HEAD, POST, OPTIONS"
        return refusal
    try:
        return _answer(request)
    except Refused as refused:
        return told(refused, request)


def _answer(request: HttpRequest) -> HttpResponse:
    token = living.bearer(request.META.get("HTTP_AUTHORIZATION", ""))
    if token is None:
        text = "Send the access token: Authorization: Bearer <token>."
        raise Refused("invalid_request", text, status=401, challenge="Bearer")
    found = living.find(token)
    if found is None or not found.is_access:
        text = "The access token has expired, was revoked or is not one of ours."
        raise Refused("invalid_token", text, status=401, challenge='Bearer error="invalid_token"')
    scopes = found.scope.split()
    if "openid" not in scopes:
        challenge = 'Bearer error="insufficient_scope", scope="openid"'
        text = "The access token was not granted the scope openid."
        raise Refused("insufficient_scope", text, status=403, challenge=challenge)
    grant = DataAccessGrant.objects.select_related("account").get(pk=found.grant_id)
    return answer(identity.claims(grant.account, grant, scopes))
