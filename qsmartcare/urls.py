"""The whole URL contract on one screen: pages, the standard API, the guide's addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from fhirapi.legacy.urls import fhir_base as guide_addresses
from fhirapi.legacy.urls import urlpatterns as guide_service
from fhirapi.rest.urls import urlpatterns as fhir
from fhirapi.smart.urls import urlpatterns as oauth
from qsmartcare.health import urlpatterns as health

urlpatterns: list[URLPattern | URLResolver] = [
    # The FHIR base: the guide's spellings, OAuth, then every resource type.
    path("R4-patient-api/", include(([*guide_addresses, *oauth, *fhir], "fhir"))),
    *guide_service,
    path("", include("portal.urls")),
    path("admin/", admin.site.urls),
    *health,
]

handler400 = "portal.ui.errors.bad_request"
handler403 = "portal.ui.errors.forbidden"
handler404 = "portal.ui.errors.not_found"
handler500 = "portal.ui.errors.server_error"
