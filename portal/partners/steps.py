"""The steps of an application, each done once: whoever comes second raises NotNow.

Two promises are made, and kept as dates: ten business days from the submission to the end of the
authenticity check, five from there to the registration (45 CFR 170.404(b)(1)). Asking for more
moves neither (docs/decisions/0028).
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.clients import business_days
from portal.accounts.models import Account
from portal.partners import standing
from portal.partners.models import PartnerApplication, PartnerEvent, TermsAcceptance
from portal.partners.programs import WAITING, State
from portal.partners.telling import tell_reviewers
from portal.partners.terms import Terms

AUTHENTICITY_DAYS, REGISTRATION_DAYS = 10, 5
CHANGEABLE = (State.SUBMITTED, State.CHECKING)
Kind = PartnerEvent.Kind


class NotNow(Exception):
    """The application is not in a state for this step, or not any more."""


class OneOwn(Exception):
    """Nobody decides about the own application."""


@transaction.atomic
def submit(
    application: PartnerApplication,
    terms: Terms,
    *,
    language: str,
    by: Account,
    address: str | None = None,
) -> None:
    """The form has checked that it is complete."""
    found = _locked(application, State.DRAFT)
    now = timezone.now()
    due_on = business_days.after(today(), AUTHENTICITY_DAYS)
    _move(found, State.SUBMITTED, submitted_at=now, due_on=due_on)
    _accept(found, terms, language, by)
    _tell(found, Kind.SUBMITTED, by, address)
    tell_reviewers(found, Kind.SUBMITTED)


@transaction.atomic
def accept_terms(
    application: PartnerApplication,
    terms: Terms,
    *,
    language: str,
    by: Account,
    address: str | None = None,
) -> None:
    """Of a version that came after the one that was accepted."""
    found = _locked(application, *WAITING, State.APPROVED)
    if found.acceptances.filter(version=terms.version).exists():
        raise NotNow
    _accept(found, terms, language, by)
    _tell(found, Kind.TERMS, by, address, note=terms.version)


@transaction.atomic
def change(
    application: PartnerApplication,
    values: dict[str, str],
    *,
    by: Account,
    address: str | None = None,
) -> None:
    """Of a draft; later only what was asked for, and that answers it."""
    found = _locked(application, State.DRAFT, *CHANGEABLE)
    if found.state != State.DRAFT and found.asked_at is None:
        raise NotNow
    changed = {name for name, value in values.items() if getattr(found, name) != value}
    for name in changed:
        setattr(found, name, values[name])
    found.save(update_fields=list(changed))
    if found.state == State.DRAFT:
        return
    _tell(found, Kind.CHANGED, by, address, note=" ".join(sorted(changed)))
    answered(found, by=by, address=address)
    tell_reviewers(found, Kind.CHANGED)


@transaction.atomic
def begin_check(
    application: PartnerApplication, *, by: Account, address: str | None = None
) -> None:
    found = _to_decide(application, by, State.SUBMITTED)
    _move(found, State.CHECKING)
    _tell(found, Kind.CHECK_BEGUN, by, address)


@transaction.atomic
def ask(application: PartnerApplication, *, by: Account, address: str | None = None) -> None:
    """What is asked stands in a message. The promised day stays."""
    found = _to_decide(application, by, *CHANGEABLE)
    found.asked_at = timezone.now()
    found.save(update_fields=["asked_at"])
    _tell(found, Kind.ASKED, by, address)


@transaction.atomic
def answered(application: PartnerApplication, *, by: Account, address: str | None = None) -> None:
    """By a message or by changed details; nothing, where nothing was asked."""
    found = PartnerApplication.objects.select_for_update().get(pk=application.pk)
    if found.asked_at is None:
        return
    found.asked_at = None
    found.save(update_fields=["asked_at"])
    _tell(found, Kind.ANSWERED, by, address)


@transaction.atomic
def verify(application: PartnerApplication, *, by: Account, address: str | None = None) -> None:
    """Every check is passed; the five days of the registration begin."""
    found = _to_decide(application, by, State.CHECKING)
    due_on = business_days.after(today(), REGISTRATION_DAYS)
    _move(found, State.REGISTRATION, due_on=due_on, asked_at=None)
    _tell(found, Kind.VERIFIED, by, address)


@transaction.atomic
def approve(
    application: PartnerApplication, *, by: Account, note: str = "", address: str | None = None
) -> None:
    found = _to_decide(application, by, State.REGISTRATION)
    _move(found, State.APPROVED, due_on=None, decided_at=timezone.now())
    _tell(found, Kind.APPROVED, by, address, note=note)


@transaction.atomic
def decline(
    application: PartnerApplication,
    *,
    by: Account,
    note: str,
    unmet: Iterable[str] = (),
    address: str | None = None,
) -> None:
    found = _to_decide(application, by, *WAITING)
    _move(found, State.DECLINED, due_on=None, asked_at=None, decided_at=timezone.now())
    _tell(found, Kind.DECLINED, by, address, note=note, unmet=unmet)


@transaction.atomic
def withdraw(application: PartnerApplication, *, by: Account, address: str | None = None) -> None:
    """By the applicant. Of a partner: what the approval opened is closed with it."""
    found = _locked(application, *WAITING, State.APPROVED)
    was_partner = found.state == State.APPROVED
    _move(found, State.WITHDRAWN, due_on=None, asked_at=None, decided_at=timezone.now())
    _tell(found, Kind.WITHDRAWN, by, address)
    if was_partner:
        note = str(_("The developer is no partner of API Distribution any more."))
        standing.close_what_it_opened(found, by=by, note=note, address=address)


@transaction.atomic
def end(
    application: PartnerApplication, *, by: Account, note: str, address: str | None = None
) -> None:
    """By the practice: the approval ends, and what it opened."""
    found = _to_decide(application, by, State.APPROVED)
    _move(found, State.ENDED, decided_at=timezone.now())
    _tell(found, Kind.ENDED, by, address, note=note)
    standing.close_what_it_opened(found, by=by, note=note, address=address)


def discard(application: PartnerApplication) -> None:
    """A draft was nobody's but its author's, and leaves nothing."""
    with transaction.atomic():
        _locked(application, State.DRAFT).delete()


def today() -> date:
    return business_days.day_of(timezone.now())


def _locked(application: PartnerApplication, *states: State) -> PartnerApplication:
    rows = PartnerApplication.objects.select_for_update(of=("self",)).select_related("account")
    found = rows.filter(pk=application.pk).first()
    if found is None or found.state not in states:
        raise NotNow
    return found


def _to_decide(application: PartnerApplication, by: Account, *states: State) -> PartnerApplication:
    found = _locked(application, *states)
    if found.account_id == by.pk:
        raise OneOwn
    return found


def _move(found: PartnerApplication, state: State, **values: object) -> None:
    for name, value in {"state": state, **values}.items():
        setattr(found, name, value)
    found.save(update_fields=["state", *values])


def _accept(found: PartnerApplication, terms: Terms, language: str, by: Account) -> None:
    TermsAcceptance.objects.create(
        application=found,
        version=terms.version,
        language=language,
        digest=terms.digest,
        accepted_by=by,
    )


def _tell(
    found: PartnerApplication,
    kind: PartnerEvent.Kind,
    by: Account,
    address: str | None,
    *,
    note: str = "",
    unmet: Iterable[str] = (),
) -> None:
    """In the history, which the applicant reads, and in the trail."""
    PartnerEvent.objects.create(application=found, kind=kind, by=by, note=note, unmet=list(unmet))
    record(
        AuditRecord.Action.PARTNER,
        account_id=by.pk,
        detail=f"partner application {found.pk}: {kind}",
        address=address,
    )
