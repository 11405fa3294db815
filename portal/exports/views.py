"""The exports of an account: the list, one of them, ending it. Open ones are watched by htmx."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fhirapi.bulk import in_portal, jobs
from portal.accounts.access import AccountRequest, approved_provider
from portal.exports import words
from portal.exports.begin import may_begin
from portal.exports.ending import record_end
from portal.exports.own import Export, current, export, is_handed_out, of_account, own_job

_A_PAGE = 20


@require_safe
@approved_provider
def exports(request: AccountRequest) -> HttpResponse:
    every = of_account(request.user)
    now = [export(each) for each in every.filter(current())]
    page = Paginator(every.exclude(current()), _A_PAGE).get_page(request.GET.get("page"))
    past = [export(each) for each in page]
    told = words.askers(each.job.client_id for each in [*now, *past])
    groups = _groups(request, [*now, *past])
    under_way = sum(each.is_open for each in now)
    context = {
        "now": [_row(each, told, groups) for each in now],
        "past": [_row(each, told, groups) for each in past],
        "page": page,
        "patients": may_begin(request),
        "under_way": under_way,
        "has_ended": under_way < _number(request.GET.get("open", "")),
        "days": settings.EXPORT_HISTORY_DAYS,
    }
    return _page(request, "exports", context)


@require_safe
@approved_provider
def one_export(request: AccountRequest, job_id: uuid.UUID) -> HttpResponse:
    found = export(own_job(request.user, job_id))
    job = found.job
    row = _row(found, words.askers([job.client_id]), _groups(request, [found]))
    is_granted = is_handed_out(request.user, job)
    context = {
        **row,
        "is_granted": is_granted,
        "files": _files(found) if found.is_ready and is_granted else [],
        "what_failed": words.what_failed(job),
        "is_own": job.client_id == in_portal.PORTAL,
        "since": parse_datetime(job.asked.get("since") or ""),
    }
    return _page(request, "export", context)


@require_http_methods(["GET", "HEAD", "POST"])
@approved_provider
def end(request: AccountRequest, job_id: uuid.UUID) -> HttpResponse:
    """Cancels what is under way, or deletes the files of what is done; asks once."""
    found = export(own_job(request.user, job_id))
    if not (found.is_open or found.is_ready):
        return redirect("portal:export", job_id)
    if request.method == "POST":
        if jobs.cancel(found.job):
            record_end(request, found.job)
        done = _("The export is cancelled.") if found.is_open else _("Its files are deleted.")
        messages.success(request, done)
        return redirect("portal:exports")
    row = _row(found, words.askers([found.job.client_id]), _groups(request, [found]))
    return render(request, "exports/end.html", row)


def _page(request: AccountRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """With htmx only the part that changes."""
    is_fragment = bool(getattr(request, "htmx", False))
    template = f"exports/{'_' if is_fragment else ''}{name}.html"
    return render(request, template, {**context, "is_fragment": is_fragment})


def _row(found: Export, told: dict[str, str], groups: dict[str, str]) -> dict[str, Any]:
    return {
        "export": found,
        "status": words.status(found),
        "holds": words.holds(found.job, groups),
        "kinds": words.kinds(found.job),
        "by": told[found.job.client_id],
    }


def _groups(request: AccountRequest, found: list[Export]) -> dict[str, str]:
    """Only looked for where an export has one."""
    if not any(each.job.group_id for each in found):
        return {}
    return words.names(in_portal.groups_of(request.user))


def _files(found: Export) -> list[dict[str, Any]]:
    files = found.job.files.filter(is_ready=True).order_by("kind", "resource_type", "pk")
    return [{"file": each, "words": words.kind_of(each)} for each in files]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
