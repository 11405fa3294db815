"""A record as a file: what will be in it is said first, then it is made and written down.

A file is out of our hands: whoever has it can read it.
"""

from collections.abc import Callable

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.people.record_reading import Reader
from portal.accounts.access import AccountRequest, signed_in
from portal.record import bundle, pdf, readable
from portal.record.overview import Overview, overview
from portal.record.reading import head, reader_of


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def download(request: AccountRequest, patient_id: str) -> HttpResponseBase:
    reader = reader_of(request, patient_id)
    found = overview(reader, newest=0)
    if found is None:
        raise Http404
    make = _FORMATS.get(request.POST.get("format", "")) if request.method == "POST" else None
    if make is None:
        return _ask(request, found)
    try:
        response = make(reader, found.person)
    except PermissionError:  # the right to see it ended in between
        raise Http404 from None
    _write_down(reader, request.POST["format"])
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _ask(request: AccountRequest, found: Overview) -> HttpResponse:
    parts = [each for each in (*found.main, *found.more) if each.total]
    context = {**head(found.person, page="download"), "found": found, "parts": parts}
    context["most"] = readable.MOST
    return render(request, "record/download.html", context)


def _write_down(reader: Reader, made: str) -> None:
    record(
        AuditRecord.Action.EXPORT,
        account_id=reader.account.pk,
        patient_ids=[reader.patient_id],
        detail=f"portal: {made}",
        address=reader.address,
    )


def _fhir(reader: Reader, person: PatientSummary) -> HttpResponseBase:
    pieces = bundle.pieces(reader)
    return _as_file(StreamingHttpResponse(pieces, content_type="application/fhir+json"), "json")


def _html(reader: Reader, person: PatientSummary) -> HttpResponseBase:
    context = {"person": person, "now": timezone.now(), "most": readable.MOST}
    context["chapters"] = readable.chapters(reader)
    return _as_file(HttpResponse(render_to_string("record/print.html", context)), "html")


def _pdf(reader: Reader, person: PatientSummary) -> HttpResponseBase:
    made = pdf.pdf(person, readable.chapters(reader))
    return _as_file(HttpResponse(made, content_type="application/pdf"), "pdf")


def _as_file(response: HttpResponseBase, ending: str) -> HttpResponseBase:
    """Its name says what it is, not whose: names of files end up in many places."""
    name = f"health-record-{timezone.localdate():%Y-%m-%d}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


_FORMATS: dict[str, Callable[[Reader, PatientSummary], HttpResponseBase]] = {
    "fhir": _fhir,
    "html": _html,
    "pdf": _pdf,
}
