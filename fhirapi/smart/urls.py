"""OAuth 2.0 addresses below the FHIR base. The token address is the guide's (legacy/urls.py)."""

from django.urls import path
from oauth2_provider.views import JwksInfoView

from fhirapi.smart.revoke import revoke

urlpatterns = [
    path("oauth2/revoke", revoke, name="revoke"),
    path("oauth2/jwks", JwksInfoView.as_view(), name="jwks"),
]
