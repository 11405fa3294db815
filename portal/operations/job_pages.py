"""The page of jobs: what ran when, what came of it, and a button for what is safe to run."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.bulk.waiting import queue
from fhirapi.smart.tokens import rotation
from fhirapi.store import index_state
from portal.accounts.access import AccountRequest
from portal.operations.jobs import JOBS, lines
from portal.operations.models import JobRun
from portal.operations.page import needs, show

_LATELY = 25


@require_safe
@needs("portal.see_operations")
def jobs(request: AccountRequest) -> HttpResponse:
    context = {
        "lines": lines(),
        "queue": queue(),
        "stale": [each.name for each in index_state.stale()],
        "signing_keys": rotation.shown(),
        "encryption_keys": len(settings.ENCRYPTION_KEYS),
        "runs": JobRun.objects.order_by("-id")[:_LATELY],
    }
    return show(request, "jobs", "Jobs and keys", **context)


@require_POST
@needs("portal.run_job")
def run(request: AccountRequest, name: str) -> HttpResponse:
    job = next((each for each in JOBS if each.name == name and each.run), None)
    if job is None or job.run is None:
        raise Http404
    record(
        AuditRecord.Action.OPERATION,
        account_id=request.user.pk,
        detail=f"job run: {job.name}",
        address=address_of(request),
    )
    job.run()
    messages.success(request, f"{job.name} has run.")
    return redirect("admin:jobs")
