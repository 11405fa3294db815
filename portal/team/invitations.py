"""Inviting to a team by letter: the link works once, for 48 hours, for the owner of the mailbox."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink, TeamMember
from fhirapi.smart.people import team
from portal import mail
from portal.accounts import limits
from portal.accounts.models import Account, in_any_case
from portal.accounts.tokens import digest, digests, new_token
from portal.team.models import TeamInvitation

VALID = timedelta(hours=48)
KEPT = timedelta(days=30)
MOST = 50
"""Open at one time in a team."""


class NotForYou(Exception):
    """The link is used, too old, withdrawn, or was sent to somebody else."""


def pending(lead: RecordLink) -> QuerySet[TeamInvitation]:
    return TeamInvitation.objects.filter(lead=lead, accepted_at=None).order_by("pk")


def is_open(invitation: TeamInvitation, managers: Collection[int] | None = None) -> bool:
    """``managers``: of the team, where they are known already.

    Whoever was removed from a team must not come back by what they sent to a mailbox of theirs.
    """
    lead = invitation.lead
    if managers is None:
        managers = team.managers(lead)
    return (
        invitation.accepted_at is None
        and invitation.invited_by_id in managers
        and invitation.sent_at > timezone.now() - VALID
        and lead.revoked_at is None
        and lead.account.is_active
    )


def is_member(lead: RecordLink, email: str) -> bool:
    """Whether somebody with this mailbox leads the team or belongs to it."""
    known = Account.with_email(email).first()
    if known is None:
        return False
    in_it = TeamMember.objects.live().filter(lead=lead, account=known)
    return lead.account_id == known.pk or in_it.exists()


def invite(
    lead: RecordLink, email: str, role: str, *, by: Account, address: str | None
) -> TeamInvitation:
    """Raises IntegrityError where one is open, LetterNotSent and TooManyLetters; then none is."""
    token = new_token()
    with transaction.atomic():
        invitation = TeamInvitation.objects.create(
            lead=lead, email=email, role=role, invited_by=by, token_digest=digest(token)
        )
        _count(invitation, "invited", by, address)
    try:
        _send(invitation, token, by)
    except mail.LetterNotSent:
        invitation.delete()
        raise
    return invitation


def resend(invitation: TeamInvitation, *, by: Account, address: str | None) -> None:
    """With a new link; the one of the letter before works no more."""
    token = new_token()
    with transaction.atomic():
        invitation.token_digest, invitation.sent_at = digest(token), timezone.now()
        invitation.invited_by = by
        invitation.save(update_fields=["token_digest", "sent_at", "invited_by"])
        _count(invitation, "invited again", by, address)
    _send(invitation, token, by)


@transaction.atomic
def withdraw(invitation: TeamInvitation, *, by: Account, address: str | None) -> None:
    _record(invitation, "invitation withdrawn", by, address)
    invitation.delete()


def invitation_for(token: str) -> TeamInvitation | None:
    if "\x00" in token:
        return None
    found = TeamInvitation.objects.select_related("lead__account", "invited_by")
    return found.filter(token_digest__in=digests(token)).first()


def is_for(invitation: TeamInvitation, account: Account) -> bool:
    mine = TeamInvitation.objects.filter(pk=invitation.pk)
    return bool(account.email) and mine.filter(in_any_case("email", account.email)).exists()


@transaction.atomic
def accept(invitation: TeamInvitation, account: Account, *, address: str | None) -> None:
    """Raises NotForYou, InTheTeam and NoTeam."""
    locked = (
        TeamInvitation.objects.select_for_update(of=("self",))
        .select_related("lead__account")
        .filter(pk=invitation.pk)
        .first()
    )
    if locked is None or not is_open(locked) or not is_for(locked, account):
        raise NotForYou
    locked.accepted_at = timezone.now()
    locked.save(update_fields=["accepted_at"])
    team.join(locked.lead, account, locked.role, by_id=locked.invited_by_id, address=address)


def forget_old() -> None:
    """Who was invited and never came is not ours to keep."""
    TeamInvitation.objects.filter(sent_at__lt=timezone.now() - KEPT).delete()


def _count(invitation: TeamInvitation, what: str, by: Account, address: str | None) -> None:
    if not limits.may_send(invitation.email, address):
        raise limits.TooManyLetters
    _record(invitation, what, by, address)


def _send(invitation: TeamInvitation, token: str, by: Account) -> None:
    try:
        mail.team_invitation(
            invitation.email,
            token,
            VALID,
            by=by,
            role=str(TeamMember.Role(invitation.role).label),
            to_account=Account.with_email(invitation.email).exists(),
        )
    except mail.LetterNotSent:
        limits.take_back(invitation.email)
        raise


def _record(invitation: TeamInvitation, what: str, by: Account, address: str | None) -> None:
    """Without the address of the mailbox: the trail names accounts only."""
    record(
        AuditRecord.Action.TEAM,
        account_id=by.pk,
        detail=f"{what} as {invitation.role}",
        address=address,
    )
