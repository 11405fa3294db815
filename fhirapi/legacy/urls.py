"""The guide's addresses (DESIGN.md section 2), letter for letter; ``.php`` may be left out."""

from django.urls import path, re_path

from fhirapi.legacy.data import multiple, single
from fhirapi.legacy.service import patient_service
from fhirapi.legacy.token import token

tokens = [
    re_path(r"^oauth2/token(?:\.[pP][hH][pP])?/?$", token, name="token"),
    re_path(r"^oath2/token(?:\.[pP][hH][pP])?/?$", token),  # as the guide misspells it once
]
fhir_base = [
    re_path(r"^single/(?P<name>[A-Za-z]{1,64})(?:\.[pP][hH][pP])?$", single),
    re_path(r"^multiple/api/(?P<name>[A-Za-z]{1,64})(?:\.[pP][hH][pP])?$", multiple),
]
urlpatterns = [
    path("patient-api/controller/patient-service.php", patient_service, name="patient-service"),
    re_path(r"^patient-api/controller/patient-service/?$", patient_service),
]
