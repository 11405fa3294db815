"""The side of a member: joining by an invitation, finding patients, leaving."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from fhirapi.audit.record import address_of
from fhirapi.smart.people import team
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.models import Account
from portal.team import invitations
from portal.team.roles import WORDS

_A_PAGE = 20
_LONGEST_SEARCH = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing; an account signs in and says yes."""
    invitation = invitations.invitation_for(token)
    if invitation is None or not invitations.is_open(invitation):
        return render(request, "team/join_closed.html", status=404)
    account = request.user if isinstance(request.user, Account) else None
    context = {
        "invitation": invitation,
        "role": WORDS[invitation.role],
        "next": urlencode({"next": request.path}),
        "is_for_other": bool(account and not invitations.is_for(invitation, account)),
    }
    if account is None or context["is_for_other"] or request.method != "POST":
        return render(request, "team/join.html", context)
    try:
        invitations.accept(invitation, account, address=address_of(request))
    except (invitations.NotForYou, team.InTheTeam, team.NoTeam):
        return render(request, "team/join_closed.html", status=409)
    messages.success(request, _("You are on the team now: %(role)s") % {"role": context["role"]})
    return redirect(reverse("portal:home"))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def leave(request: AccountRequest, member_id: int) -> HttpResponse:
    own = {each.pk: each for each in team.memberships(request.user)}
    if (member := own.get(member_id)) is None:
        raise Http404
    if request.method == "POST":
        team.leave(member, address=address_of(request))
        words = _("You have left the team of %(lead)s.") % {"lead": member.lead.account}
        messages.success(request, words)
        return redirect("portal:home")
    return render(request, "team/leave.html", {"member": member, "role": WORDS[member.role]})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def find(request: AccountRequest) -> HttpResponse:
    """Searched by POST: names do not belong into addresses."""
    if not request.user.team_roles:
        raise Http404
    text = request.POST.get("find", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    found = team.find(request.user, text, limit=_A_PAGE + 1, address=address_of(request))
    context = {"people": found[:_A_PAGE], "text": text, "has_more": len(found) > _A_PAGE}
    return render(request, "team/find.html", context)
