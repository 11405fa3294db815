"""OAuth 2.0 addresses below the FHIR base. The token address is the guide's (legacy/urls.py)."""

from django.urls import path
from oauth2_provider.views import JwksInfoView

from fhirapi.smart.register import manage, register
from fhirapi.smart.revoke import RevokeTokenView

urlpatterns = [
    path("oauth2/revoke", RevokeTokenView.as_view(), name="revoke"),
    path("oauth2/jwks", JwksInfoView.as_view(), name="jwks"),
    path("oauth2/register", register, name="register"),
    path("oauth2/register/<str:client_id>", manage, name="registered"),
]
