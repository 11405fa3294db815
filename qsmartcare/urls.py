"""The whole URL contract on one screen: pages, the standard API, the guide's addresses."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from fhirapi.bulk.urls import urlpatterns as bulk
from fhirapi.legacy.urls import fhir_base as guide_addresses
from fhirapi.legacy.urls import tokens
from fhirapi.legacy.urls import urlpatterns as guide_service
from fhirapi.provider.published import described as provider_api_described
from fhirapi.provider.urls import urlpatterns as provider_api
from fhirapi.rest.urls import asked_most, nothing_else
from fhirapi.rest.urls import urlpatterns as fhir
from fhirapi.smart.urls import of_the_host as well_known
from fhirapi.smart.urls import urlpatterns as oauth
from portal.connections.urls import below_fhir_base as connections
from portal.consent.urls import below_fhir_base as consent
from portal.downloads import offered
from portal.downloads.views import for_partners
from qsmartcare.health import urlpatterns as health

# What is asked most first: each route before another costs that one's requests microseconds.
fhir_base: list[URLPattern | URLResolver] = [
    *asked_most, *tokens, *fhir, *bulk, *oauth, *consent, *connections, *guide_addresses,
    *nothing_else,
]  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    path("R4-patient-api/", include((fhir_base, "fhir"))),
    path("provider-api/v1/", include((provider_api, "provider"))),
    *well_known,
    *guide_service,
    path(
        f"downloads/{offered.PROVIDER_API}",
        for_partners(provider_api_described),
        name="provider-openapi",
    ),
    path("", include("portal.urls")),
    path("admin/", admin.site.urls),
    *health,
]

handler400 = "portal.ui.errors.bad_request"
handler403 = "portal.ui.errors.forbidden"
handler404 = "portal.ui.errors.not_found"
handler500 = "portal.ui.errors.server_error"
