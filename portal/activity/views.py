"""A person's own audit trail; a patient also sees who opened the record."""

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.people import patients
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.models import Account
from portal.activity.words import Reader, entries

_A_PAGE = 25


@require_safe
@signed_in
def activity(request: AccountRequest) -> HttpResponse:
    """Paged by id, not by number: new records do not push old ones from page to page."""
    own_record = patients.own_patient_id(request.user)
    found = _records(request.user, own_record)
    before = request.GET.get("before", "")
    # More digits than a bigint has are no id of a record, just as letters are not.
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(id__lt=int(before))
    page = list(found[: _A_PAGE + 1])
    context = {
        "entries": entries(page[:_A_PAGE], Reader(request.user, own_record)),
        "has_record": own_record is not None,
        "older": page[_A_PAGE - 1].pk if len(page) > _A_PAGE else None,
        "is_first": not before,
    }
    return render(request, "activity/activity.html", context)


def _records(account: Account, own_record: str | None) -> QuerySet[AuditRecord]:
    whose = Q(account_id=account.pk)
    if own_record is not None:
        whose |= Q(patient_ids__contains=[own_record])
    return AuditRecord.objects.filter(whose).order_by("-id")
