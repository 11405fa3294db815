"""What the programs are, the terms, and one application with its thread."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.clients import clients
from portal.accounts.access import AccountRequest, signed_in
from portal.accounts.models import Account
from portal.partners import talking, words
from portal.partners import terms as partner_terms
from portal.partners.checks import CHECKS
from portal.partners.forms import MessageForm, shown
from portal.partners.models import PartnerApplication
from portal.partners.own import applications_of, open_one, own_application
from portal.partners.programs import OPEN, PROGRAMS, WAITING, Program, State
from portal.partners.steps import AUTHENTICITY_DAYS, CHANGEABLE, REGISTRATION_DAYS

_MOST_SHOWN = 200
"""Messages of a thread, the newest; nobody's is that long."""


@require_safe
def programs(request: HttpRequest) -> HttpResponse:
    """For everybody; who has signed in sees the own applications as well."""
    account = request.user if isinstance(request.user, Account) else None
    mine = list(applications_of(account)) if account else []
    context = {
        "programs": [
            (each, open_one(account, each.program) if account else None)
            for each in PROGRAMS.values()
        ],
        "mine": [(each, words.TONES.get(State(each.state), "")) for each in mine],
        "open_access": Program.OPEN_ACCESS.label,
        "api_distribution": Program.API_DISTRIBUTION.label,
        "checks": CHECKS.values(),
        "authenticity_days": AUTHENTICITY_DAYS,
        "registration_days": REGISTRATION_DAYS,
    }
    response = render(request, "partners/programs.html", context)
    if account:
        response.headers["Cache-Control"] = "no-store, private"
    return response


@require_safe
def terms(request: HttpRequest, version: str = "") -> HttpResponse:
    found = partner_terms.named(version) if version else partner_terms.current()
    if found is None:
        raise Http404
    context = {"terms": found, "versions": reversed(partner_terms.VERSIONS)}
    return render(request, "partners/terms.html", context)


@require_safe
@signed_in
def application(request: AccountRequest, application_id: int) -> HttpResponse:
    found = own_application(request.user, application_id)
    if found.state == State.DRAFT:
        return redirect("portal:partner-edit", found.pk)
    return _page(request, found, MessageForm())


@require_POST
@signed_in
def say(request: AccountRequest, application_id: int) -> HttpResponse:
    found = own_application(request.user, application_id)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    text = form.cleaned_data["text"]
    try:
        talking.say(found, text, by=request.user, address=address_of(request))
    except talking.NobodyThere:
        raise Http404 from None
    except talking.TooManyUnread:
        form.add_error("text", _("Please wait until your last messages have been read."))
        return _page(request, found, form)
    messages.success(request, _("Your message is sent."))
    return redirect(f"{reverse('portal:partner-application', args=[found.pk])}#messages")


def _page(request: AccountRequest, found: PartnerApplication, form: MessageForm) -> HttpResponse:
    if found.state == State.DRAFT:
        raise Http404
    events = list(found.events.all())
    thread = list(found.messages.order_by("-pk")[:_MOST_SHOWN])[::-1]
    accepted = found.acceptances.last()
    newest = partner_terms.current()
    context: dict[str, Any] = {
        "application": found,
        "program": PROGRAMS[Program(found.program)],
        "tone": words.TONES.get(State(found.state), ""),
        "is_overdue": words.is_overdue(found),
        "is_waiting": found.state in WAITING,
        "may_change": found.state in CHANGEABLE and found.asked_at is not None,
        "may_withdraw": found.state in (*WAITING, State.APPROVED),
        "is_over": found.state not in OPEN,
        "stages": words.stages(found, events),
        "happenings": words.happenings(found, events),
        "checks": CHECKS.values(),
        "thread": thread,
        "form": form,
        "sections": shown(found),
        "accepted": accepted,
        "has_newer_terms": found.state in (*WAITING, State.APPROVED)
        and not found.acceptances.filter(version=newest.version).exists(),
        "apps": clients.apps_of(request.user) if found.state == State.APPROVED else [],
    }
    talking.read(thread, by_partner=True)
    return render(request, "partners/application.html", context)
