"""What an address of the API answers when too many open requests come: in its own kind of error."""

import orjson
from django.http import HttpRequest, HttpResponse

from fhirapi.limits import asked
from fhirapi.outcomes import operation_outcome, too_many_unproven
from fhirapi.provider import problems
from fhirapi.rest.negotiation import FHIR_JSON

_OAUTH = ("/R4-patient-api/oauth2/", "/.well-known/")


def answer(request: HttpRequest, wait: int) -> HttpResponse:
    outcome = too_many_unproven(wait, asked.too_many_open(wait))
    if request.path.startswith(_OAUTH):
        members = {"error": "temporarily_unavailable", "error_description": outcome.text}
        response = HttpResponse(orjson.dumps(members), content_type="application/json")
    elif request.path.startswith("/provider-api/"):
        return problems.response(problems.of_outcome(outcome))
    else:
        response = HttpResponse(operation_outcome(outcome.issue()), content_type=FHIR_JSON)
    response.status_code = outcome.status
    for name, value in outcome.headers.items():
        response.headers[name] = value
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Length"] = str(len(response.content))
    return response
