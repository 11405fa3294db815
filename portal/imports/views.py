"""The imports of an account: the list, one of them, cancelling it, and what was rejected."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fhirapi.bulk.importing import jobs, sending
from fhirapi.bulk.importing.models import ImportInput
from portal.accounts.access import AccountRequest, approved_provider
from portal.exports.ending import record_end
from portal.exports.words import askers
from portal.imports import words
from portal.imports.own import Import, inputs, is_under_way, of_account, one, own_job

_A_PAGE = 20
_FILES = 100


@require_safe
@approved_provider
def imports(request: AccountRequest) -> HttpResponse:
    every = of_account(request.user)
    page = Paginator(every, _A_PAGE).get_page(request.GET.get("page"))
    found = [one(each) for each in page]
    told = askers(each.job.client_id for each in found)
    under_way = every.filter(is_under_way()).count()
    context = {
        "rows": [_row(each, told) for each in found],
        "page": page,
        "under_way": under_way,
        "has_ended": under_way < _number(request.GET.get("open", "")),
        "days": settings.EXPORT_HISTORY_DAYS,
    }
    return _page(request, "imports", context)


@require_safe
@approved_provider
def one_import(request: AccountRequest, job_id: uuid.UUID) -> HttpResponse:
    found = one(own_job(request.user, job_id))
    page = Paginator(inputs(found.job), _FILES).get_page(request.GET.get("page"))
    context = {
        **_row(found, askers([found.job.client_id])),
        "inputs": [_file(each) for each in page],
        "page": page,
        "may_be_told": found.may_be_told,
        "what_failed": words.what_failed(found.job),
    }
    return _page(request, "import", context)


@require_http_methods(["GET", "HEAD", "POST"])
@approved_provider
def end(request: AccountRequest, job_id: uuid.UUID) -> HttpResponse:
    """Cancels what is under way; asks once."""
    found = one(own_job(request.user, job_id))
    if not found.is_open:
        return redirect("portal:import", job_id)
    if request.method == "POST":
        if not jobs.stop(found.job):  # it has just ended by itself
            return redirect("portal:import", job_id)
        record_end(request, found.job)
        messages.success(request, _("The import is cancelled. What it has stored stays."))
        return redirect("portal:imports")
    return render(request, "imports/end.html", _row(found, askers([found.job.client_id])))


@require_safe
@approved_provider
def rejects(request: AccountRequest, job_id: uuid.UUID, number: int) -> HttpResponseBase:
    """What is told of each rejected line of a file."""
    found = one(own_job(request.user, job_id))
    of_input = found.job.inputs.filter(number=number).exclude(rejects_name="").first()
    if of_input is None or not found.may_be_told:
        raise Http404
    response = sending.rejects(of_input, account_id=request.user.pk, request=request)
    name = f"rejected-{of_input.resource_type}-{number + 1}.ndjson"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _page(request: AccountRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """With htmx only the part that changes."""
    is_fragment = bool(getattr(request, "htmx", False))
    template = f"imports/{'_' if is_fragment else ''}{name}.html"
    return render(request, template, {**context, "is_fragment": is_fragment})


def _row(found: Import, told: dict[str, str]) -> dict[str, Any]:
    return {"import": found, "status": words.status(found), "by": told[found.job.client_id]}


def _file(of_input: ImportInput) -> dict[str, Any]:
    return {"file": of_input, "words": words.kind_of(of_input), "name": words.name_of(of_input)}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
