"""Joins an account to the resource that is the same person, and parts them again."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink, TeamMember
from fhirapi.smart.people import keys
from fhirapi.smart.team_roles import READS_RECORDS
from fhirapi.store import isolation
from fhirapi.store.models import Content, SearchRow


class AlreadyLinked(ValueError):
    """The account has a live link of this kind, or the Patient is somebody else's record."""


class NoSuchResource(ValueError):
    """The store holds no such Patient or Practitioner."""


@isolation.everybody()
def link(
    account: AbstractUser,
    resource_type: str,
    resource_id: str,
    *,
    method: RecordLink.Method,
    by: AbstractUser | None = None,
) -> RecordLink:
    stored = Content.objects.filter(
        resource_type=resource_type, resource_id=resource_id, is_deleted=False
    )
    # Locks the resource: two accounts cannot be joined to one patient at the same moment.
    if not stored.select_for_update().exists():
        raise NoSuchResource(f"There is no {resource_type}/{resource_id}.")
    live = RecordLink.objects.filter(resource_type=resource_type, revoked_at=None)
    own = live.filter(account_id=account.pk)
    if resource_type == "RelatedPerson":  # a parent of several children
        own = own.filter(resource_id=resource_id)
    if own.exists():
        raise AlreadyLinked("This account is already linked to a record.")
    # Several accounts may stand for one practitioner (a practice's staff), only one for a patient.
    if resource_type == "Patient" and live.filter(resource_id=resource_id).exists():
        raise AlreadyLinked("This record is already linked to another account.")
    made = RecordLink.objects.create(
        account_id=account.pk,
        resource_type=resource_type,
        resource_id=resource_id,
        method=method,
        linked_by_id=by.pk if by else None,
    )
    _record(account, resource_type, resource_id, by, f"linked: {method.value}")
    return made


@transaction.atomic
def unlink(
    account: AbstractUser,
    resource_type: str,
    *,
    by: AbstractUser | None,
    resource_id: str | None = None,
) -> None:
    """Ends the live link, if there is one. What the account's tokens opened is closed at once.

    ``resource_id``: only that to this one, where an account may have several.
    """
    live = RecordLink.objects.select_for_update().filter(
        account_id=account.pk, resource_type=resource_type, revoked_at=None
    )
    if resource_id is not None:
        live = live.filter(resource_id=resource_id)
    for each in live:
        each.revoked_at = timezone.now()
        each.save(update_fields=["revoked_at"])
        _record(account, resource_type, each.resource_id, by, "unlinked")
        _end_team(each)


def _end_team(link: RecordLink) -> None:
    """Who worked for the practitioner through this account does so no more."""
    members = TeamMember.objects.filter(lead=link, ended_at=None).select_related("account")
    # Another account may lead a team for the same practitioner.
    staying = TeamMember.objects.standing().filter(
        lead__resource_id=link.resource_id, role__in=READS_RECORDS
    )
    staff = RecordLink.objects.filter(
        resource_type=RecordLink.Kind.STAFF, resource_id=link.resource_id, revoked_at=None,
        account_id__in=members.values("account_id"),
    ).exclude(account_id__in=staying.values("account_id"))  # fmt: skip
    staff.update(revoked_at=timezone.now())
    for each in members:
        each.ended_at = timezone.now()
        each.save(update_fields=["ended_at"])
        record(
            AuditRecord.Action.TEAM,
            account_id=each.account_id,
            detail=f"account {each.account_id} ended with the link of the lead",
        )
        keys.take_away(each.account, link.resource_id, address=None)


def _record(
    account: AbstractUser,
    resource_type: str,
    resource_id: str,
    by: AbstractUser | None,
    what: str,
) -> None:
    who = f" by account {by.pk}" if by else ""
    record(
        AuditRecord.Action.LINK,
        account_id=account.pk,
        resource_type=resource_type,
        resource_id=resource_id,
        patient_ids=_patients_of(resource_type, resource_id),
        detail=what + who,
    )


def _patients_of(resource_type: str, resource_id: str) -> list[str] | None:
    """Whose trail shall show it: a patient sees that a parent's account was linked."""
    if resource_type not in ("Patient", "RelatedPerson"):
        return None
    stored = SearchRow.objects.filter(resource_type=resource_type, resource_id=resource_id)
    return [each for each in stored.values_list("patient_id", flat=True) if each] or None
