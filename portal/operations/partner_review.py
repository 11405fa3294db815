"""Applications of the Partner program at the desk: one with everything, and each step of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fhirapi.audit.record import address_of
from fhirapi.smart.clients import clients
from portal import mail
from portal.accounts.access import AccountRequest
from portal.operations.page import needs, show
from portal.operations.partner_forms import (
    AskForm,
    ChecksForm,
    DeclineForm,
    EndForm,
    NoteForm,
    NothingForm,
)
from portal.partners import steps, talking, terms, words
from portal.partners.checks import CHECKS
from portal.partners.forms import MessageForm, shown
from portal.partners.models import PartnerApplication, PartnerMessage
from portal.partners.programs import PROGRAMS, WAITING, Program, State
from portal.partners.telling import REVIEWS

_LATELY = 10


def waiting() -> QuerySet[PartnerApplication]:
    """Promised first; then those that nothing is promised to, but who have written."""
    unread = PartnerMessage.objects.filter(
        application=OuterRef("pk"), is_from_partner=True, read_at=None
    )
    found = PartnerApplication.objects.annotate(has_unread=Exists(unread))
    found = found.filter(Q(state__in=WAITING) | Q(has_unread=True), account__is_active=True)
    return found.select_related("account").order_by(F("due_on").asc(nulls_last=True), "pk")


def decided() -> QuerySet[PartnerApplication]:
    over = (State.APPROVED, State.DECLINED, State.ENDED)
    found = PartnerApplication.objects.filter(state__in=over).select_related("account")
    return found.order_by("-decided_at", "-pk")[:_LATELY]


@dataclass(frozen=True)
class Step:
    title: str
    about: str
    button: str
    states: tuple[State, ...]
    form: type[NothingForm]
    done: str
    take: Callable[..., None]
    """Of steps.py; called with what the form says, by whom and from where."""
    is_grave: bool = False


STEPS: dict[str, Step] = {
    "begin": Step(
        "Begin the authenticity check",
        "The applicant reads that somebody is at it. The promised day stays the same.",
        "Begin and send the letter",
        (State.SUBMITTED,), NothingForm, "The authenticity check has begun.", steps.begin_check,
    ),
    "ask": Step(
        "Ask for more",
        "The question goes into the messages; the letter only says that there is one. The "
        "promised day stays the same: ask early.",
        "Ask and send the letter",
        steps.CHANGEABLE, AskForm, "The question is sent.", talking.ask,
    ),
    "verify": Step(
        "Verify the authenticity",
        "Every check has to be passed; there are no others (45 CFR 170.404(b)(1)(i)).",
        "Verify and send the letter",
        (State.CHECKING,), ChecksForm, "The authenticity is verified.", steps.verify,
    ),
    "approve": Step(
        "Approve",
        "The applicant is a partner from now on.",
        "Approve and send the letter",
        (State.REGISTRATION,), NoteForm, "The applicant is a partner now.", steps.approve,
    ),
    "decline": Step(
        "Decline",
        "The applicant reads the checks and the reason, and may apply again. Neither competition "
        "nor revenue is a reason (170.404(a)(4)).",
        "Decline and send the letter",
        WAITING, DeclineForm, "The application is declined.", steps.decline, is_grave=True,
    ),
    "end": Step(
        "End the partnership",
        "Apps that have Provider Access lose it at once; they go on reading. Only a breach of "
        "sections 4 or 5 of the terms is a reason.",
        "End it and send the letter",
        (State.APPROVED,), EndForm, "The partnership has ended.", steps.end, is_grave=True,
    ),
}  # fmt: skip


@require_safe
@needs(REVIEWS)
def review(request: AccountRequest, application_id: int) -> HttpResponse:
    return _page(request, _application(application_id), MessageForm())


@require_http_methods(["GET", "HEAD", "POST"])
@needs(REVIEWS)
def take(request: AccountRequest, application_id: int, step: str) -> HttpResponse:
    """A step is taken on a page of its own, so that nobody takes it by a slip."""
    found = _application(application_id)
    if (chosen := STEPS.get(step)) is None:
        raise Http404
    if found.state not in chosen.states:
        messages.error(request, "The application has moved on: this step is not open any more.")
        return redirect("admin:partner-application", found.pk)
    form = chosen.form(request.POST if request.method == "POST" else None, state=found.state)
    if request.method != "POST" or not form.is_valid():
        context = {"application": found, "step": chosen, "form": form}
        return show(request, "partner_step", chosen.title, **context)
    try:
        _take(request, found, chosen, form)
    except steps.NotNow:
        messages.error(request, "The application has moved on: somebody was faster.")
    except steps.OneOwn:
        messages.error(request, "Nobody decides about the own application.")
    except talking.TooManyUnread:
        messages.error(request, "The applicant has many unread messages; wait for an answer.")
    else:
        found.refresh_from_db()
        messages.success(request, chosen.done)
        _warn_unless(request, mail.tell_partner(mail.partner_application_moved, found))
    return redirect("admin:partner-application", found.pk)


@require_POST
@needs(REVIEWS)
def say(request: AccountRequest, application_id: int) -> HttpResponse:
    found = _application(application_id)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    if found.account_id == request.user.pk:
        messages.error(request, "This is your own application: write from its page.")
        return redirect("admin:partner-application", found.pk)
    text = form.cleaned_data["text"]
    try:
        talking.say(found, text, by=request.user, address=address_of(request))
    except talking.TooManyUnread:
        form.add_error("text", "The applicant has many unread messages; wait for an answer.")
        return _page(request, found, form)
    messages.success(request, "The message is sent.")
    _warn_unless(request, mail.tell_partner(mail.partner_message, found))
    return redirect("admin:partner-application", found.pk)


def _application(application_id: int) -> PartnerApplication:
    """A draft is its author's alone."""
    found = PartnerApplication.objects.exclude(state=State.DRAFT).select_related("account")
    return get_object_or_404(found, pk=application_id)


def _take(
    request: AccountRequest, found: PartnerApplication, step: Step, form: NothingForm
) -> None:
    step.take(found, by=request.user, address=address_of(request), **form.told)


def _page(request: AccountRequest, found: PartnerApplication, form: MessageForm) -> HttpResponse:
    is_own = found.account_id == request.user.pk
    events = list(found.events.select_related("by"))
    thread = list(found.messages.select_related("by"))
    context: dict[str, Any] = {
        "application": found,
        "program": PROGRAMS[Program(found.program)],
        "is_overdue": words.is_overdue(found),
        "is_own": is_own,
        "steps": [] if is_own else [
            (name, step) for name, step in STEPS.items() if found.state in step.states
        ],
        "events": [
            (each, told)
            for each, told in zip(reversed(events), words.happenings(found, events), strict=True)
        ],
        "checks": CHECKS.values(),
        "thread": thread,
        "form": form,
        "sections": shown(found),
        "acceptances": found.acceptances.select_related("accepted_by"),
        "newest_terms": terms.current(),
        "apps": clients.apps_of(found.account),
        "others": found.account.partner_applications.exclude(pk=found.pk)
        .exclude(state=State.DRAFT).order_by("-pk"),
    }  # fmt: skip
    if not is_own:
        talking.read(thread, by_partner=False)
    return show(request, "partner_application", f"{found.get_program_display()}: "
                f"{found.organization}", **context)  # fmt: skip


def _warn_unless(request: AccountRequest, was_told: bool) -> None:
    if not was_told:
        messages.warning(request, "The applicant could not be told by a letter.")
