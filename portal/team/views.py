"""The team of a practitioner: who is on it as what, invitations, another role, the end."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.models import RecordLink, TeamMember
from fhirapi.smart.people import team
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.limits import TooManyLetters
from portal.mail import LetterNotSent
from portal.team import invitations
from portal.team.forms import InviteForm, RoleForm
from portal.team.models import TeamInvitation
from portal.team.roles import WORDS, manages_a_team

P = ParamSpec("P")


def of_my_team(
    view: Callable[Concatenate[AccountRequest, RecordLink, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for those who manage a team, and with that team: others' members are not there."""

    @wraps(view)
    def guarded(request: AccountRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not manages_a_team(request.user):
            raise Http404
        lead = team.led_by(request.user)
        if lead is None:
            return render(request, "team/no_link.html")
        return view(request, lead, *args, **kwargs)

    return signed_in(guarded)


@require_safe
@of_my_team
def team_page(request: AccountRequest, lead: RecordLink) -> HttpResponse:
    return _page(request, lead, InviteForm(lead))


@require_POST
@of_my_team
def invite(request: AccountRequest, lead: RecordLink) -> HttpResponse:
    form = InviteForm(lead, request.POST)
    if not form.is_valid():
        return _page(request, lead, form)
    email, role = form.cleaned_data["email"], form.cleaned_data["role"]
    try:
        invitations.invite(lead, email, role, by=request.user, address=address_of(request))
    except IntegrityError:  # by somebody else, at the same moment
        messages.info(request, _("This address is invited already."))
    except (LetterNotSent, TooManyLetters) as why:
        form.add_error(None, _why_no_letter(why))
        return _page(request, lead, form)
    else:
        messages.success(request, _("We have sent a letter to %(email)s.") % {"email": email})
    return redirect("portal:team")


@require_POST
@of_my_team
def resend(request: AccountRequest, lead: RecordLink, invitation_id: int) -> HttpResponse:
    invitation = _invitation(lead, invitation_id)
    try:
        invitations.resend(invitation, by=request.user, address=address_of(request))
    except (LetterNotSent, TooManyLetters) as why:
        messages.error(request, _why_no_letter(why))
    else:
        words = _("We have sent a new letter to %(email)s. The link of the one before is void.")
        messages.success(request, words % {"email": invitation.email})
    return redirect("portal:team")


@require_POST
@of_my_team
def withdraw(request: AccountRequest, lead: RecordLink, invitation_id: int) -> HttpResponse:
    """Without a question: to invite again undoes it."""
    invitation = _invitation(lead, invitation_id)
    invitations.withdraw(invitation, by=request.user, address=address_of(request))
    words = _("The invitation of %(email)s is withdrawn.") % {"email": invitation.email}
    messages.success(request, words)
    return redirect("portal:team")


@require_http_methods(["GET", "HEAD", "POST"])
@of_my_team
def change(request: AccountRequest, lead: RecordLink, member_id: int) -> HttpResponse:
    member = _member(lead, member_id)
    form = RoleForm(request.POST or None, initial={"role": member.role})
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        team.change_role(member, role, by=request.user, address=address_of(request))
        words = _("%(name)s: %(role)s") % {"name": member.account, "role": WORDS[role]}
        messages.success(request, words)
        return redirect("portal:team")
    return render(request, "team/change.html", {"form": form, "member": member})


@require_http_methods(["GET", "HEAD", "POST"])
@of_my_team
def end(request: AccountRequest, lead: RecordLink, member_id: int) -> HttpResponse:
    member = _member(lead, member_id)
    if request.method == "POST":
        team.end(member, by=request.user, address=address_of(request))
        words = _("%(name)s is no longer on the team.") % {"name": member.account}
        messages.success(request, words)
        return redirect("portal:team" if member.account_id != request.user.pk else "portal:home")
    return render(request, "team/end.html", {"member": member})


def _page(request: AccountRequest, lead: RecordLink, form: InviteForm) -> HttpResponse:
    managers = team.managers(lead)
    context: dict[str, Any] = {
        "form": form,
        "lead": lead.account,
        "members": [(each, WORDS[each.role]) for each in team.members(lead)],
        "invitations": [
            (each, WORDS[each.role], invitations.is_open(each, managers))
            for each in invitations.pending(lead).select_related("lead__account")
        ],
    }
    return render(request, "team/team.html", context)


def _invitation(lead: RecordLink, invitation_id: int) -> TeamInvitation:
    return get_object_or_404(invitations.pending(lead), pk=invitation_id)


def _member(lead: RecordLink, member_id: int) -> TeamMember:
    live = TeamMember.objects.live().filter(lead=lead).select_related("account")
    return get_object_or_404(live, pk=member_id)


def _why_no_letter(why: Exception) -> str:
    if isinstance(why, TooManyLetters):
        return _("So many letters went out in the last hour that we send no more. Try again later.")
    return _("The letter could not be sent. Please try again in a few minutes.")
