"""The API EndPoint that Manage API shows: says what the service is and leads on.

Anybody gets the addresses; with a token also the patients that its key opens.
"""

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.rest.view import answer, authenticated, fhir_view, refused
from fhirapi.smart.access.granted import patients_of


@fhir_view("GET", "HEAD", "POST")
def patient_service(request: HttpRequest) -> HttpResponse:
    base = settings.FHIR_BASE_URL
    description: dict[str, object] = {
        "service": "QSmartCare Patient Access API",
        "fhirVersion": "4.0.1",
        "token": f"{base}/oauth2/token.php",
        "single": f"{base}/single/Patient.php?id={{id}}",
        "multiple": f"{base}/multiple/api/patient.php",
        "fhir": base,
        "metadata": f"{base}/metadata",
        "documentation": f"{settings.BASE_URL}/api-documentation.html",
    }
    if request.headers.get("Authorization"):
        caller, claims = authenticated(request)
        patient_ids = patients_of(caller, claims.access.constraint("Patient", "read"))
        if patient_ids is None:
            raise refused(caller)
        description |= {"client_id": claims.client_id, "patients": patient_ids}
    response = answer(orjson.dumps(description), request)
    response["Content-Type"] = "application/json"  # no FHIR resource
    return response
