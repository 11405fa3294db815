"""The pages of a record below its summary: sections, tests, search, documents.

Every one asks anew whether the account may see the patient; somebody else's record does not exist.
"""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from fhirapi.smart.people import patients, record_reading
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.people.record_reading import Page, Reader, Selection
from portal.accounts.access import AccountRequest, signed_in
from portal.record import files, finding, series
from portal.record.lines import attachments, is_wrong, line, lines
from portal.record.reading import head, reader_of, section_or_404
from portal.record.schema import Section

_A_PAGE = 50
_MOST_RESULTS = 1_000
"""So many of the newest are looked through for tests; older ones stand on the test's own page."""
_LONGEST_SEARCH = 100


@require_safe
@signed_in
def own(request: AccountRequest) -> HttpResponse:
    """The own record; for somebody's relative the list of those that can be opened."""
    own_id = patients.own_patient_id(request.user)
    return redirect("portal:patient", own_id) if own_id else redirect("portal:patients")


@require_safe
@signed_in
def section(request: AccountRequest, patient_id: str, slug: str) -> HttpResponse:
    shown = section_or_404(slug)
    reader = reader_of(request, patient_id)
    if shown.has_series:
        return _tests(request, reader, shown)
    is_active = shown.current is not None and request.GET.get("show") != "all"
    selection = shown.active if is_active else shown.everything
    page = _page(reader, selection, request.GET.get("after", ""))
    context = {
        **head(page.person, shown),
        "section": shown,
        "lines": lines(shown, page.resources),
        "next": page.next,
        "is_active": is_active,
        "is_first": not request.GET.get("after"),
        "leaves_out": _leaves_out(reader, shown),
    }
    return render(request, "record/section.html", context)


def _tests(request: AccountRequest, reader: Reader, shown: Section) -> HttpResponse:
    page = _page(reader, shown.everything, limit=_MOST_RESULTS)
    context = {
        **head(page.person, shown),
        "section": shown,
        "tests": series.grouped(shown, page.resources),
        "has_more": page.next is not None,
        "most": _MOST_RESULTS,
        "leaves_out": _leaves_out(reader, shown),
    }
    return render(request, "record/tests.html", context)


@require_safe
@signed_in
def test(request: AccountRequest, patient_id: str, slug: str, test: str) -> HttpResponse:
    shown = section_or_404(slug)
    key = series.key_of(test)
    if not shown.has_series or key is None:
        raise Http404
    selection = replace(shown.everything, also=((key,),))
    reader = reader_of(request, patient_id)
    page = _page(reader, selection, request.GET.get("after", ""), limit=100)
    if not page.resources:
        raise Http404
    context = {
        **head(page.person, shown),
        "section": shown,
        "test": test,
        "name": line(shown, page.resources[0]),
        "lines": lines(shown, page.resources),
        "plots": series.plots(page.resources),
        "next": page.next,
        "is_first": not request.GET.get("after"),
    }
    return render(request, "record/test.html", context)


@require_POST
@signed_in
def find(request: AccountRequest, patient_id: str) -> HttpResponse:
    """By POST: what somebody looks for in a record does not belong into an address."""
    text = request.POST.get("find", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    reader = reader_of(request, patient_id)
    if not text:
        return redirect("portal:patient", patient_id)
    asked = finding.Asked(
        text,
        section=request.POST.get("section", ""),
        after=request.POST.get("after", ""),
        page=request.POST.get("page", ""),
    )
    found = finding.find(reader, asked)
    if found is None:
        raise Http404
    return render(request, "record/found.html", {**head(found.person), "found": found})


@require_safe
@signed_in
def document(request: AccountRequest, patient_id: str, slug: str, document_id: str) -> HttpResponse:
    shown = section_or_404(slug)
    reader = reader_of(request, patient_id)
    person, resource = _document(reader, shown, document_id)
    context = {
        **head(person, shown),
        "section": shown,
        "line": line(shown, resource),
        "files": [files.described(reader, each) for each in attachments(resource)],
    }
    return render(request, "record/document.html", context)


@require_safe
@signed_in
def file(
    request: AccountRequest, patient_id: str, slug: str, document_id: str, number: int
) -> HttpResponse:
    """Only ever as a download: what is in it was written elsewhere."""
    reader = reader_of(request, patient_id)
    _person, resource = _document(reader, section_or_404(slug), document_id)
    found = attachments(resource)
    if not 1 <= number <= len(found):
        raise Http404
    data = files.content(reader, found[number - 1])
    if data is None:
        raise Http404
    return files.as_download(data, files.media_type(found[number - 1]), f"document-{number}")


def _document(
    reader: Reader, shown: Section, document_id: str
) -> tuple[PatientSummary, dict[str, Any]]:
    found = record_reading.one(reader, shown.types[0], document_id) if shown.has_files else None
    if found is None or is_wrong(found[1]):
        raise Http404
    return found


def _leaves_out(reader: Reader, shown: Section) -> int:
    """How many were recorded by mistake."""
    return record_reading.count(reader, shown.wrong) if shown.wrong else 0


def _page(reader: Reader, selection: Selection, after: str = "", *, limit: int = _A_PAGE) -> Page:
    found = record_reading.page(reader, selection, limit=limit, after=after)
    if found is None:
        raise Http404
    return found
