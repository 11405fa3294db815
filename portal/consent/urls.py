from django.urls import URLPattern, path

from portal.consent.views import authorize_page

below_fhir_base: list[URLPattern] = [path("oauth2/authorize", authorize_page, name="authorize")]
