"""Making an account a guardian: the RelatedPerson it stands for, in the record of a patient."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from fhirapi.audit.record import address_of
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import everybody, links
from portal import mail
from portal.accounts.access import AccountRequest
from portal.accounts.models import Account
from portal.operations.page import needs, show

_KIND = RecordLink.Kind.RELATED_PERSON.value


@require_http_methods(["GET", "HEAD", "POST"])
@needs("portal.decide_account")
def link_guardian(request: AccountRequest, account_id: int) -> HttpResponse:
    """First the patient, by search; then which relative the account is."""
    account = _others_account(request, account_id)
    problem = ""
    if "link" in request.POST:
        related = request.POST.get("related_person", "").replace("\x00", "")
        problem = _link(request, account, related)
        if not problem:
            return redirect("admin:link-guardian", account.pk)
    asked = request.POST.get("q", "").strip()  # names do not belong into addresses
    chosen = request.POST.get("patient", "")
    reader, address = request.user, address_of(request)
    context = {
        "account": account,
        "problem": problem,
        "asked": asked,
        "found": everybody.search(asked, reader=reader, address=address) if asked else [],
        "patient": everybody.one(chosen, reader=reader, address=address) if chosen else None,
        "relatives": everybody.relatives(chosen) if chosen else [],
        "live": everybody.relatives_of(_live(account), reader=reader, address=address),
    }
    return show(request, "guardian", "Link as a guardian", **context)


@require_POST
@needs("portal.decide_account")
def end_link(request: AccountRequest, account_id: int) -> HttpResponse:
    account = _others_account(request, account_id)
    related = request.POST.get("related_person", "")
    if related in _live(account):
        links.unlink(account, _KIND, by=request.user, resource_id=related)
        messages.success(request, "The link has ended, and what it opened is closed.")
    else:
        messages.error(request, "There is no such link any more.")
    return redirect("admin:link-guardian", account.pk)


def _others_account(request: AccountRequest, account_id: int) -> Account:
    """Nobody gives themselves a record to read, as with every decision about accounts."""
    account = get_object_or_404(Account, pk=account_id, is_active=True)
    page = admin.site.get_model_admin(Account)
    if not page.has_decide_permission(request, account):  # type: ignore[attr-defined]  # AccountAdmin
        raise PermissionDenied
    return account


def _live(account: Account) -> list[str]:
    found = RecordLink.objects.filter(account=account, resource_type=_KIND, revoked_at=None)
    return list(found.values_list("resource_id", flat=True))


def _link(request: AccountRequest, account: Account, related: str) -> str:
    """What is wrong, if anything."""
    if not related:
        return "Choose who the account is to the patient."
    by_hand = RecordLink.Method.ADMINISTRATOR
    try:
        links.link(account, _KIND, related, method=by_hand, by=request.user)
    except (links.AlreadyLinked, links.NoSuchResource) as error:
        return str(error)
    messages.success(request, f"{account.display_name} is linked and can open the record.")
    if not _tell(account):
        messages.warning(request, "The person could not be told by a letter.")
    return ""


def _tell(account: Account) -> bool:
    if not account.email:
        return False
    try:
        mail.guardian_linked(account)
    except mail.LetterNotSent:
        return False
    return True
