"""The applicant's own steps: a draft, its submission, terms accepted again, taking it back."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fhirapi.audit.record import address_of
from portal import mail
from portal.accounts.access import AccountRequest, signed_in
from portal.partners import steps, terms
from portal.partners.forms import ApplicationForm, TermsForm, entered, is_complete, shown
from portal.partners.models import PartnerApplication
from portal.partners.own import MOST, applications_of, open_one, own_application
from portal.partners.programs import PROGRAMS, WAITING, Program, State


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def apply(request: AccountRequest, program: str) -> HttpResponse:
    if program not in PROGRAMS:
        raise Http404
    if there := open_one(request.user, program):
        return redirect("portal:partner-application", there.pk)
    if request.method != "POST":
        form = ApplicationForm(initial=_known(request), program=program)
        return _form_page(request, form, Program(program))
    form = _sent(request, program, is_draft="save" in request.POST)
    if form.is_valid() and applications_of(request.user).count() >= MOST:
        form.add_error(None, _("You have made so many applications that we take no more."))
    if not form.is_valid():
        return _form_page(request, form, Program(program))
    try:
        with transaction.atomic():
            made = PartnerApplication.objects.create(
                account=request.user, program=program, **form.values
            )
    except IntegrityError:  # the form was sent twice
        return redirect("portal:partner-apply", program)
    return _saved(request, made)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: AccountRequest, application_id: int) -> HttpResponse:
    """A draft; and what was submitted, while more is asked for."""
    found = own_application(request.user, application_id)
    is_draft = found.state == State.DRAFT
    if not is_draft and not (found.state in steps.CHANGEABLE and found.asked_at):
        return redirect("portal:partner-application", found.pk)
    program = Program(found.program)
    if request.method != "POST":
        form = ApplicationForm(initial=entered(found), program=program)
        return _form_page(request, form, program, found)
    try:
        if is_draft and "discard" in request.POST:
            steps.discard(found)
            messages.success(request, _("The draft is deleted."))
            return redirect("portal:partners")
        form = _sent(request, program, is_draft=is_draft and "save" in request.POST)
        if not form.is_valid():
            return _form_page(request, form, program, found)
        steps.change(found, form.values, by=request.user, address=address_of(request))
    except steps.NotNow:
        return _too_late(request, found)
    if is_draft:
        return _saved(request, found)
    messages.success(request, _("The changed details are sent."))
    return redirect("portal:partner-application", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def submit(request: AccountRequest, application_id: int) -> HttpResponse:
    found = own_application(request.user, application_id)
    if found.state != State.DRAFT:
        return redirect("portal:partner-application", found.pk)
    if not is_complete(found):
        messages.error(request, _("Something is missing still."))
        return redirect("portal:partner-edit", found.pk)
    current = terms.current()
    form = TermsForm(request.POST if request.method == "POST" else None, digest=current.digest)
    if request.method != "POST" or not form.is_valid():
        context = {"application": found, "sections": shown(found), "terms": current, "form": form}
        return render(request, "partners/submit.html", context)
    try:
        steps.submit(
            found,
            current,
            language=get_language() or "en",
            by=request.user,
            address=address_of(request),
        )
    except steps.NotNow:
        return _too_late(request, found)
    found.refresh_from_db()
    messages.success(request, _("Your application is submitted."))
    mail.tell_partner(mail.partner_application_moved, found)
    return redirect("portal:partner-application", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def accept_again(request: AccountRequest, application_id: int) -> HttpResponse:
    """Newer terms than those that were accepted; the standing goes on meanwhile."""
    found = own_application(request.user, application_id)
    current = terms.current()
    is_asked = found.state in (*WAITING, State.APPROVED)
    if not is_asked or found.acceptances.filter(version=current.version).exists():
        return redirect("portal:partner-application", found.pk)
    form = TermsForm(request.POST if request.method == "POST" else None, digest=current.digest)
    if request.method != "POST" or not form.is_valid():
        context = {"application": found, "terms": current, "form": form}
        return render(request, "partners/accept.html", context)
    try:
        steps.accept_terms(
            found,
            current,
            language=get_language() or "en",
            by=request.user,
            address=address_of(request),
        )
    except steps.NotNow:
        return _too_late(request, found)
    messages.success(request, _("The terms are accepted."))
    return redirect("portal:partner-application", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def withdraw(request: AccountRequest, application_id: int) -> HttpResponse:
    found = own_application(request.user, application_id)
    if found.state not in (*WAITING, State.APPROVED):
        return redirect("portal:partner-application", found.pk)
    if request.method != "POST":
        return render(request, "partners/withdraw.html", {"application": found})
    try:
        steps.withdraw(found, by=request.user, address=address_of(request))
    except steps.NotNow:
        return _too_late(request, found)
    found.refresh_from_db()
    messages.success(request, _("The application is withdrawn."))
    mail.tell_partner(mail.partner_application_moved, found)
    return redirect("portal:partner-application", found.pk)


def _sent(request: AccountRequest, program: str, *, is_draft: bool) -> ApplicationForm:
    return ApplicationForm(request.POST, program=program, is_draft=is_draft)


def _known(request: AccountRequest) -> dict[str, str]:
    """What was written in an application before, else what the account knows."""
    if (last := applications_of(request.user).first()) is not None:
        return entered(last)
    account = request.user
    return {
        "contact_name": account.display_name,
        "contact_email": account.email,
        "contact_phone": account.phone,
    }


def _form_page(
    request: AccountRequest,
    form: ApplicationForm,
    program: Program,
    application: PartnerApplication | None = None,
) -> HttpResponse:
    is_draft = application is None or application.state == State.DRAFT
    context = {
        "form": form,
        "program": PROGRAMS[program],
        "application": application,
        "is_draft": is_draft,
    }
    return render(request, "partners/apply.html", context)


def _saved(request: AccountRequest, application: PartnerApplication) -> HttpResponse:
    if "save" in request.POST:
        messages.success(request, _("The draft is saved. Nobody but you sees it."))
        return redirect("portal:partner-edit", application.pk)
    return redirect("portal:partner-submit", application.pk)


def _too_late(request: AccountRequest, application: PartnerApplication) -> HttpResponse:
    """Sent twice, or decided in the same moment."""
    messages.info(request, _("This was done already, or the application has moved on."))
    return redirect("portal:partner-application", application.pk)
