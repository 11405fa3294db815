"""The people who work for a practitioner: joining, changing the role, leaving, finding patients.

Whose role reads records has a link of the kind Staff, by which the view ``fhirapi_accountpatient``
shows the patients. It ends with the role: from the next request on tokens, keys and grants that
stood on it open nothing.
"""

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink, TeamMember
from fhirapi.smart.people import finding, keys
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.smart.team_roles import MANAGES, READS_RECORDS
from fhirapi.sql import fetch

Role = TeamMember.Role

_FIND = """
SELECT DISTINCT line.patient_id, line.name, line.mrn, line.birth_date, line.gender, line."order"
FROM fhirapi_teammember member
JOIN fhirapi_recordlink lead ON lead.id = member.lead_id AND lead.revoked_at IS NULL
JOIN portal_account leader ON leader.id = lead.account_id AND leader.is_active
JOIN fhirapi_carerelationship care ON care.practitioner_id = lead.resource_id
JOIN fhirapi_patientline line ON line.patient_id = care.patient_id
WHERE member.account_id = %s AND member.ended_at IS NULL {conditions}
ORDER BY line."order", line.patient_id LIMIT %s
"""
_WORD = "AND EXISTS (SELECT FROM unnest(line.words) word WHERE word LIKE ANY(%s))"


class InTheTeam(ValueError):
    """The account is a member already, or leads the team."""


class NoTeam(ValueError):
    """The link that the team hung on has ended."""


def led_by(account: AbstractUser) -> RecordLink | None:
    """The link that the account's team hangs on: its own, or that of whom it manages the team."""
    own = RecordLink.objects.filter(
        account_id=account.pk, resource_type=RecordLink.Kind.PRACTITIONER, revoked_at=None
    ).first()
    if own is not None:
        return own
    managed = TeamMember.objects.live().filter(account_id=account.pk, role__in=MANAGES)
    found = managed.select_related("lead").order_by("-pk").first()
    return found.lead if found else None


def memberships(account: AbstractUser) -> list[TeamMember]:
    live = TeamMember.objects.live().filter(account_id=account.pk)
    return list(live.select_related("lead__account").order_by("pk"))


def members(lead: RecordLink) -> list[TeamMember]:
    return list(
        TeamMember.objects.live().filter(lead=lead).select_related("account").order_by("pk")
    )


def managers(lead: RecordLink) -> set[int]:
    """Accounts that may invite."""
    found = TeamMember.objects.live().filter(lead=lead, role__in=MANAGES)
    return {lead.account_id, *found.values_list("account_id", flat=True)}


@transaction.atomic
def join(
    lead: RecordLink, account: AbstractUser, role: str, *, by_id: int | None, address: str | None
) -> TeamMember:
    """Raises InTheTeam, and NoTeam."""
    if lead.account_id == account.pk:
        raise InTheTeam
    _lock(lead.pk)
    try:
        with transaction.atomic():
            made = TeamMember.objects.create(
                account_id=account.pk, lead=lead, role=role, invited_by_id=by_id
            )
    except IntegrityError:
        raise InTheTeam from None
    _link_by_role(made)
    _record(made, account, f"joined as {role}", address)
    return made


@transaction.atomic
def change_role(member: TeamMember, role: str, *, by: AbstractUser, address: str | None) -> None:
    locked = _locked(member)
    if locked is None or locked.role == role:
        return
    locked.role = role
    locked.save(update_fields=["role"])
    _link_by_role(locked)
    if role not in MANAGES:
        keys.take_away(locked.account, locked.lead.resource_id, address=address)
    _record(locked, by, f"role changed to {role}", address)


@transaction.atomic
def end(member: TeamMember, *, by: AbstractUser, address: str | None) -> bool:
    """False: it had ended already."""
    locked = _locked(member)
    if locked is None:
        return False
    locked.ended_at = timezone.now()
    locked.save(update_fields=["ended_at"])
    _link_by_role(locked)
    keys.take_away(locked.account, locked.lead.resource_id, address=address)
    _record(locked, by, "ended", address)
    return True


@transaction.atomic
def leave(member: TeamMember, *, address: str | None) -> None:
    """By the member alone; the trail of the lead says so as well."""
    if end(member, by=member.account, address=address):
        _tell(member.lead.account_id, member, f"ended by {member.account_id}", None)


def find(
    account: AbstractUser, text: str, *, limit: int, address: str | None
) -> list[PatientSummary]:
    """For every role, the front desk too: who they are, and nothing of their records."""
    words = finding.patterns(text)
    if not words:
        return []
    sql = _FIND.format(conditions=_WORD * len(words))
    found = [PatientSummary(*row[:5]) for row in fetch(sql, [account.pk, *words, limit])]
    if found:
        record(
            AuditRecord.Action.PATIENT_SEARCH,
            account_id=account.pk,
            patient_ids=[each.id for each in found],
            address=address,
        )
    return found


def _lock(lead_id: int) -> None:
    """``links.unlink`` waits, or is done: no link of staff may come into being after it."""
    live = RecordLink.objects.select_for_update().filter(pk=lead_id, revoked_at=None)
    if not live.exists():
        raise NoTeam


def _locked(member: TeamMember) -> TeamMember | None:
    """None: it is no member any more."""
    try:
        _lock(member.lead_id)
    except NoTeam:
        return None
    return TeamMember.objects.select_for_update().filter(pk=member.pk, ended_at=None).first()


def _link_by_role(member: TeamMember) -> None:
    """One link for a practitioner, though two accounts may lead a team for the same one."""
    practitioner_id = member.lead.resource_id
    mine = RecordLink.objects.filter(
        account_id=member.account_id, resource_type=RecordLink.Kind.STAFF,
        resource_id=practitioner_id, revoked_at=None,
    )  # fmt: skip
    reading = TeamMember.objects.standing().filter(
        account_id=member.account_id, lead__resource_id=practitioner_id, role__in=READS_RECORDS
    )
    if not reading.exists():
        mine.update(revoked_at=timezone.now())
    elif not mine.exists():
        RecordLink.objects.create(
            account_id=member.account_id, resource_type=RecordLink.Kind.STAFF,
            resource_id=practitioner_id, method=RecordLink.Method.TEAM,
            linked_by_id=member.invited_by_id,
        )  # fmt: skip


def _record(member: TeamMember, by: AbstractUser, what: str, address: str | None) -> None:
    """In the trail of the one who did it, and of the one to whom it was done."""
    _tell(by.pk, member, what, address)
    if member.account_id != by.pk:
        _tell(member.account_id, member, f"{what} by {by.pk}", None)


def _tell(account_id: int, member: TeamMember, what: str, address: str | None) -> None:
    record(
        AuditRecord.Action.TEAM,
        account_id=account_id,
        detail=f"account {member.account_id} {what}",
        address=address,
    )
