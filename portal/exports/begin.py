"""Begins an export: what it shall hold, then the PIN, then it is queued."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of
from fhirapi.bulk import in_portal
from fhirapi.bulk.asked import NDJSON
from fhirapi.bulk.models import ExportJob
from portal.accounts.access import AccountRequest, approved_provider
from portal.accounts.pin import record_denial
from portal.exports.forms import ExportForm
from portal.exports.own import of_account


@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@approved_provider
def begin(request: AccountRequest) -> HttpResponse:
    patients = may_begin(request)
    if not patients:
        return redirect("portal:exports")
    form = ExportForm(
        request.POST or None,
        account=request.user,
        groups=in_portal.groups_of(request.user),
        patients=patients,
        initial=_like(request),
    )
    if request.method == "POST":
        if form.is_valid() and (job := _begun(request, form)):
            messages.success(request, _("The export has begun. You may close this page."))
            return redirect("portal:export", job.pk)
        if form.is_pin_refused:
            record_denial(request, AuditRecord.Action.BULK_EXPORT, in_portal.PORTAL)
    context = {**form.get_context(), "hours": settings.EXPORT_HOURS}
    return render(request, "exports/new.html", context)


def may_begin(request: AccountRequest) -> int:
    """How many patients the account may export: as for access keys, not whom it only helps with."""
    return len(in_portal.treated(request.user)) if request.user.may_make_provider_keys else 0


def _begun(request: AccountRequest, form: ExportForm) -> ExportJob | None:
    given = form.cleaned_data
    try:
        return in_portal.begin(
            request.user,
            level=given["level"],
            group_id=given.get("group"),
            types=given["types"],
            since=given["since"],
            output_format=given.get("output_format", NDJSON),
            page=settings.BASE_URL + request.path,
            address=address_of(request),
        )
    except in_portal.TooMany:
        most = {"most": settings.EXPORTS_AT_ONCE}
        words = _("You have %(most)d exports under way. Wait for one of them, or cancel one.")
        form.add_error(None, words % most)
    except in_portal.NoSuchGroup:
        form.add_error("group", _("You do not see all patients of this group any more."))
    except in_portal.TreatsNobody:
        form.add_error(None, _("No patients are under your care any more."))
    return None


def _like(request: AccountRequest) -> dict[str, Any]:
    """As an earlier one, which is to be done again."""
    first = {"level": ExportJob.Level.PATIENT.value, "output_format": NDJSON}
    try:
        wanted = uuid.UUID(request.GET.get("like", ""))
    except ValueError:
        return first
    job = of_account(request.user).filter(pk=wanted, client_id=in_portal.PORTAL).first()
    if job is None:
        return first
    since = job.asked.get("since")
    return {
        "level": job.level,
        "group": job.group_id,
        "types": job.asked.get("types") or [],
        "output_format": job.asked.get("output_format", NDJSON),
        "since": timezone.localdate(datetime.fromisoformat(since)) if since else None,
    }
