"""Connected apps: what each of them may see, since when, and ending it.

The ``management_endpoint`` of SMART: https://hl7.org/fhir/smart-app-launch/conformance.html
"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.authorization import consented
from fhirapi.smart.authorization.consented import Connection
from fhirapi.smart.people import patients
from portal.accounts.access import AccountRequest, signed_in
from portal.connections.words import scopes_in_words


@require_safe
@signed_in
def connections(request: AccountRequest) -> HttpResponse:
    found = consented.connections(request.user)
    rows = [_row(request, each) for each in found]
    return render(request, "connections/list.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def disconnect(request: AccountRequest, client_id: str) -> HttpResponse:
    """Asks once, as the app has to be approved anew afterwards."""
    live = consented.connections(request.user)
    found = next((each for each in live if each.client.client_id == client_id), None)
    if found is None:
        raise Http404
    if request.method == "POST":
        consented.end(request.user, found.client, address=address_of(request))
        messages.success(request, f"{found.client} has no access any more.")
        return redirect("fhir:manage")
    return render(request, "connections/disconnect.html", _row(request, found))


def _row(request: AccountRequest, connection: Connection) -> dict[str, object]:
    people = patients.summaries(request.user, connection.patient_ids, address=address_of(request))
    return {
        "connection": connection,
        "sees": scopes_in_words(connection.scopes),
        "is_offline": "offline_access" in connection.scopes,
        "people": people,
    }
