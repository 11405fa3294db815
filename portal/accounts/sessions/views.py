"""Pages about sessions: where the account is signed in, and how long this session lasts."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.models import Account
from portal.accounts.sessions import living


@require_safe
@signed_in
def sessions(request: AccountRequest) -> HttpResponse:
    found = list(living.sessions_of(request.user))
    here = request.session.session_key
    context = {
        "here": next((each for each in found if each.session_id == here), None),
        "others": [each for each in found if each.session_id != here],
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
@signed_in
def end(request: AccountRequest, which: int) -> HttpResponse:
    if not living.end(request.user, which):
        raise Http404
    _record(request, "another session")
    messages.success(request, _("That session has ended."))
    return redirect("portal:sessions")


@require_POST
@signed_in
def end_others(request: AccountRequest) -> HttpResponse:
    ended = living.end_all(request.user, but=request.session.session_key)
    if ended:
        _record(request, f"all others: {ended}")
    messages.success(
        request,
        ngettext("%(count)d session has ended.", "%(count)d sessions have ended.", ended)
        % {"count": ended},
    )
    return redirect("portal:sessions")


@never_cache
@require_http_methods(["GET", "POST"])
def session(request: HttpRequest) -> JsonResponse:
    """For the page's own script. POST is a sign of life (SessionLimitsMiddleware); GET is none."""
    left = living.seconds_left(request) if isinstance(request.user, Account) else 0
    return JsonResponse({"seconds": max(left, 0)})


def _record(request: AccountRequest, detail: str) -> None:
    record(
        AuditRecord.Action.SESSION_END,
        account_id=request.user.pk,
        detail=detail,
        address=address_of(request),
    )
