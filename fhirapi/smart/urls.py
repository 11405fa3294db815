"""OAuth 2.0 and what is public below the FHIR base. The token address is in legacy/urls.py."""

from django.urls import path

from fhirapi.smart.clients.register import manage, register
from fhirapi.smart.published.brands import brands
from fhirapi.smart.published.discovery import jwks, openid_configuration, smart_configuration
from fhirapi.smart.published.style import smart_style
from fhirapi.smart.tokens.introspect import introspect
from fhirapi.smart.tokens.revoke import revoke
from fhirapi.smart.tokens.userinfo import userinfo

urlpatterns = [
    path("oauth2/revoke", revoke, name="revoke"),
    path("oauth2/introspect", introspect, name="introspect"),
    path("oauth2/userinfo", userinfo, name="userinfo"),
    path("oauth2/jwks", jwks, name="jwks"),
    path("oauth2/register", register, name="register"),
    path("oauth2/register/<str:client_id>", manage, name="registered"),
    path(".well-known/smart-configuration", smart_configuration),
    path(".well-known/openid-configuration", openid_configuration),
    path("brands", brands),
    path("service-base-urls", brands),
    path("smart-style.json", smart_style),
]
# RFC 8414 3.1 puts the well-known part before the issuer's path.
of_the_host = [
    path(".well-known/oauth-authorization-server/R4-patient-api", openid_configuration),
]
