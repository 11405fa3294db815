"""A queue as a page, and what was declined taken back into it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from fhirapi.smart.clients import clients, review
from portal.accounts.access import AccountRequest
from portal.accounts.models import Account
from portal.operations import declining, partner_review
from portal.operations.models import Declined
from portal.operations.page import needs, show
from portal.operations.queues import QUEUES, Queue, named
from portal.partners import steps

_A_PAGE = 50
_LATELY = 10
_SERVICES = {"providers": Declined.Service.PROVIDER, "identities": Declined.Service.PATIENT}


@require_safe
def queue(request: HttpRequest, name: str) -> HttpResponse:
    found = named(name)
    if found is None:
        raise Http404
    if not request.user.has_perm(found.right):
        raise PermissionDenied
    page = Paginator(found.rows(), _A_PAGE).get_page(request.GET.get("page"))
    if name == "apps":
        for client in page:
            client.due = review.due(client)
    shown = [each for each in QUEUES if request.user.has_perm(each.right)]
    context = {"queue": found, "queues": shown, "page": page, **_decided(found)}
    return show(request, "queue", found.title, **context)


@require_POST
@needs("portal.decide_account")
def decline(request: AccountRequest, name: str, account_id: int) -> HttpResponse:
    """Only of those who wait."""
    found, service = named(name), _SERVICES.get(name)
    if found is None or service is None:
        raise Http404
    account = found.rows().filter(pk=account_id).first()
    if account is None:
        messages.error(request, "This account does not wait any more.")
        return redirect("admin:queue", name)
    declining.decline(account, service, by=request.user)
    messages.success(request, f"{account.display_name} is declined.")
    if not declining.tell(account, service):
        messages.warning(request, "The person could not be told by a letter.")
    return redirect("admin:queue", name)


@require_POST
@needs("portal.decide_account")
def reopen(request: AccountRequest, name: str, account_id: int) -> HttpResponse:
    """Takes back that an account was declined: it waits again."""
    service = _SERVICES.get(name)
    if service is None:
        raise Http404
    account = get_object_or_404(Account, pk=account_id)
    if declining.reopen(account, service, by=request.user):
        messages.success(request, f"{account.display_name} waits again.")
    return redirect("admin:queue", name)


def _decided(queue: Queue) -> dict[str, object]:
    """The newest decisions, so that a mistake can be taken back where it is noticed."""
    if service := _SERVICES.get(queue.name):
        found = Declined.objects.filter(service=service).select_related("account", "declined_by")
        return {"declined": found.order_by("-pk")[:_LATELY]}
    if queue.name == "partner-applications":
        return {"answered": partner_review.decided(), "today": steps.today()}
    if queue.name == "apps":
        decided = clients.apps().filter(reviewed_at__isnull=False)
        return {"decided": decided.select_related("reviewed_by").order_by("-reviewed_at")[:_LATELY]}
    return {}
