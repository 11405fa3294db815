"""The letters, one function each. They name nobody but the reader and carry no health data.

A mail server may take ten seconds to answer: send after the transaction, never inside one.
"""

import logging
import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fhirapi.smart.models import Client
from portal.accounts.models import Account, Registration
from portal.changes.notices import Notice
from portal.operations.models import LetterFailure
from portal.partners.models import PartnerApplication
from portal.status.models import IncidentUpdate
from portal.subscriptions.models import UNCONFIRMED, Subscription

_log = logging.getLogger(__name__)


class LetterNotSent(Exception):
    """The mail server did not take the letter."""


def confirm_registration(registration: Registration, token: str, valid: timedelta) -> None:
    _send(
        "confirm_registration",
        registration.email,
        person=registration,
        link=_address("portal:confirm", token),
        hours=_hours(valid),
    )


def already_registered(account: Account) -> None:
    """Answers a registration with the address of an account: only its owner learns of it."""
    _send("already_registered", account.email, person=account)


def account_not_open(account: Account) -> None:
    """The same for an account that its owner closed, or that the practice has shut."""
    _send("account_not_open", account.email, person=account)


def account_made(account: Account) -> None:
    _send("account_made", account.email, person=account)


def recover(account: Account, token: str, valid: timedelta) -> None:
    _send(
        "recover",
        account.email,
        person=account,
        link=_address("portal:recover-confirm", token),
        minutes=int(valid.total_seconds() // 60),
    )


def no_account(email: str) -> None:
    """Answers a recovery with an unknown address: people forget which of theirs they used."""
    _send("no_account", email)


def credentials_changed(
    account: Account, *, password: bool, pin: bool, by_letter: bool = True
) -> None:
    """``by_letter``: by recovery; else by somebody who was signed in."""
    if not account.email:
        return
    what = {
        (True, True): _("password and PIN were"),
        (True, False): _("password was"),
        (False, True): _("PIN was"),
    }
    _send(
        "credentials_changed",
        account.email,
        person=account,
        what=what[password, pin],
        by_letter=by_letter,
    )


def provider_approved(account: Account) -> None:
    _send("provider_approved", account.email, person=account)


def record_linked(account: Account) -> None:
    _send("record_linked", account.email, person=account)


def not_matched(account: Account) -> None:
    """We found no record that is this person's beyond doubt; what they can do about it."""
    _send("not_matched", account.email, person=account)


def provider_declined(account: Account) -> None:
    _send("provider_declined", account.email, person=account)


def guardian_linked(account: Account) -> None:
    """Whose record it is stays out of the letter."""
    _send("guardian_linked", account.email, person=account)


def app_reviewed(client: Client, recipient: str) -> None:
    """``recipient``: the owner of the app, or who answers for one that registered itself."""
    _send(
        "app_reviewed",
        recipient,
        app=client.name,
        is_approved=client.review == Client.Review.APPROVED,
        note=client.review_note,
        person=client.user,
    )


def provider_access_decided(client: Client, recipient: str) -> None:
    """Approved, or withdrawn."""
    _send(
        "provider_access",
        recipient,
        app=client.name,
        is_approved=client.may_write,
        is_backend=client.kind == Client.Kind.BACKEND,
        note=client.provider_access_note,
        person=client.user,
    )


def tell_developer(letter: Callable[[Client, str], None], client: Client) -> bool:
    """The owner, or who answers for an app that registered itself. False: nobody could be told."""
    recipient = client.user.email if client.user else next(iter(client.contacts), "")
    if not recipient:
        return False
    try:
        letter(client, recipient)
    except LetterNotSent:
        return False
    return True


def partner_application_moved(application: PartnerApplication) -> None:
    """Where it stands now, and by when we answer. Reasons and questions are read on the page."""
    _send(
        "partner_application",
        application.account.email,
        person=application.account,
        application=application,
        program=application.get_program_display(),
        link=_address("portal:partner-application", str(application.pk)),
    )


def partner_message(application: PartnerApplication) -> None:
    """That there is one; what it says stands on the page."""
    _send(
        "partner_message",
        application.account.email,
        person=application.account,
        program=application.get_program_display(),
        link=_address("portal:partner-application", str(application.pk)),
    )


def partner_waits(reviewer: Account, application: PartnerApplication, what: str) -> None:
    """To who decides. Neither who applies nor what was written stands in it."""
    _send(
        "partner_waits",
        reviewer.email,
        person=reviewer,
        application=application,
        program=application.get_program_display(),
        what=what,
        link=_address("admin:partner-application", str(application.pk)),
    )


def tell_partner(
    letter: Callable[[PartnerApplication], None], application: PartnerApplication
) -> bool:
    """False: there is no address or no mail server."""
    if not application.account.email:
        return False
    try:
        letter(application)
    except LetterNotSent:
        return False
    return True


def team_invitation(
    email: str, token: str, valid: timedelta, *, by: Account, role: str, to_account: bool
) -> None:
    """Names who invites, which the invited person has to know; no patient."""
    _send(
        "team_invitation",
        email,
        by=by,
        role=role,
        to_account=to_account,
        link=_address("portal:team-join", token),
        hours=_hours(valid),
    )


def confirm_email(account: Account, email: str, token: str, valid: timedelta) -> None:
    """To the new address, which is the account's once its owner follows the link."""
    link = _address("portal:email-confirm", token)
    _send("confirm_email", email, person=account, link=link, hours=_hours(valid))


def email_taken(email: str, account: Account) -> None:
    """Instead of the link, to an address that has an account: only its owner learns of it."""
    _send("email_taken", email, language=account.language)


def email_changes(account: Account, undo_token: str) -> None:
    """To the old address, at once: whoever reads it can stop the change and undo it later."""
    link = _address("portal:email-undo", undo_token)
    _send("email_changes", account.email, person=account, link=link)


def factor_changed(account: Account, what: Any) -> None:
    if account.email:
        _send("factor_changed", account.email, person=account, what=what)


def account_closed(account: Account, kept: timedelta) -> None:
    if account.email:
        _send("account_closed", account.email, person=account, days=kept.days)


def confirm_subscription(subscription: Subscription, link: str) -> None:
    _send(
        "confirm_subscription",
        subscription.email,
        language=subscription.language,
        link=link,
        hours=_hours(UNCONFIRMED),
    )


def subscribed_already(subscription: Subscription, link: str, end: str) -> None:
    """Answers who asks again: the page told them nothing."""
    _send_subscriber("subscribed_already", subscription, link, end)


def status_told(subscription: Subscription, told: IncidentUpdate, link: str, end: str) -> None:
    """What administrators wrote of an incident or of maintenance."""
    is_spanish = subscription.language == "es"
    incident = told.incident
    _send_subscriber(
        "status_told",
        subscription,
        link,
        end,
        title=(is_spanish and incident.title_es) or incident.title_en,
        text=(is_spanish and told.text_es) or told.text_en,
        page=_address("portal:status"),
    )


def change_told(subscription: Subscription, notice: Notice, link: str, end: str) -> None:
    """A release, or that something is going to end."""
    _send_subscriber(
        "change_told",
        subscription,
        link,
        end,
        title=notice.title[subscription.language],
        text=notice.text[subscription.language],
        page=notice.address,
    )


def _send_subscriber(
    letter: str, subscription: Subscription, link: str, end: str, **context: Any
) -> None:
    """With what lets mail programs unsubscribe by one click. RFC 2369 3.2, RFC 8058 3.1"""
    headers = {
        "List-Unsubscribe": f"<{end}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    _send(
        letter,
        subscription.email,
        language=subscription.language,
        headers=headers,
        link=link,
        end=end,
        **context,
    )


def _send(
    letter: str,
    recipient: str,
    *,
    language: str = "",
    headers: dict[str, str] | None = None,
    **context: Any,
) -> None:
    """In the language that the account has chosen, or that the page was in."""
    language = language or getattr(context.get("person"), "language", "") or get_language() or "en"
    with translation.override(language):
        message = _written(letter, recipient, context)
    message.extra_headers |= headers or {}
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        # Without the server's words: they repeat the recipient's address.
        _log.error("letter %s not sent: %s", letter, type(error).__name__)
        LetterFailure.objects.create(letter=letter, reason=type(error).__name__)
        raise LetterNotSent(type(error).__name__) from None


def _written(letter: str, recipient: str, context: dict[str, Any]) -> EmailMessage:
    context |= {
        "patient_door": _address("portal:patient-sign-in"),
        "provider_door": _address("portal:provider-sign-in"),
        "registration": _address("portal:registration"),
        "recovery": _address("portal:recover"),
    }
    return EmailMessage(
        subject=render_to_string(f"email/{letter}.subject.txt", context).strip(),
        body=render_to_string(f"email/{letter}.txt", context),
        to=[recipient],
        # RFC 3834: nobody's holiday notice should answer.
        headers={"Auto-Submitted": "auto-generated"},
    )


def _address(name: str, *arguments: str) -> str:
    return f"{settings.BASE_URL}{reverse(name, args=arguments)}"


def _hours(duration: timedelta) -> int:
    return int(duration.total_seconds() // 3600)
