"""An export that a person begins in the portal, of the patients that the account treats.

It stands on a grant like every other: one that each account has for the portal itself. No token is
ever issued on that grant, as the portal's client has no way to show who it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from fhirapi.bulk.asked import NDJSON, Asked
from fhirapi.bulk.models import ExportJob
from fhirapi.bulk.queue import QUEUE, put
from fhirapi.definitions import registry
from fhirapi.smart import secrets
from fhirapi.smart.models import Client, DataAccessGrant
from fhirapi.sql import fetch
from fhirapi.store.isolation import AS_ACCOUNT
from fhirapi.store.visibility import visible

PORTAL = "qsmartcare-portal"
"""The client_id of what was begun here."""
SCOPE = "user/*.rs"

# Neither one's own record, nor a child's, nor those whom one sees without managing the team.
_TREATED = """
SELECT DISTINCT treated.patient_id FROM fhirapi_writerpatient treated
JOIN fhirapi_keypatient own
  ON own.account_id = treated.account_id AND own.patient_id = treated.patient_id
WHERE treated.account_id = %(account)s
"""
_GROUPS = """
WITH treated AS MATERIALIZED ({treated})
SELECT row.resource_id, coalesce(content.content::jsonb ->> 'name', row.resource_id),
       (SELECT count(*) FROM fhirapi_searchlink member
        WHERE member.row_id = row.id AND member.target_type = 'Patient')
FROM fhirapi_searchrow row JOIN fhirapi_content content ON content.id = row.id
WHERE row.resource_type = 'Group' AND {visible}
ORDER BY 2, 1
"""
_FORGET_TASKS = """
DELETE FROM procrastinate_jobs
WHERE queue_name = %(queue)s AND status = 'todo' AND args ->> 'job_id' = %(job)s
RETURNING id
"""


class TooMany(Exception):
    """The account has as many exports under way here as it may have."""


class NoSuchGroup(ValueError):
    """There is no such Group all of whose members the account treats."""


class TreatsNobody(ValueError):
    """The account has no patients of which it could export anything."""


@dataclass(frozen=True)
class Group:
    id: str
    name: str
    members: int


def treated(account: AbstractUser) -> list[str]:
    """Ids of the patients of whom the account may begin an export."""
    return [patient_id for (patient_id,) in fetch(_TREATED, {"account": account.pk})]


def groups_of(account: AbstractUser) -> list[Group]:
    """Lists of patients all of whom it treats, by name."""
    group = registry.find("Group")
    assert group is not None, "it is declared"  # noqa: S101
    sees = visible(group, "row", "{} IN (SELECT treated.patient_id FROM treated)".format)
    sql = _GROUPS.format(treated=_TREATED, visible=sees)
    asked = {"account": account.pk}
    return [Group(*row) for row in fetch(sql, asked, before=AS_ACCOUNT)]


@transaction.atomic
def begin(
    account: AbstractUser,
    *,
    level: str,
    group_id: str | None = None,
    types: Sequence[str] = (),
    since: datetime | None = None,
    output_format: str = NDJSON,
    page: str,
    address: str | None,
) -> ExportJob:
    """Queues it. The caller has asked for the PIN; ``page``: where it was begun.

    Raises TooMany, NoSuchGroup, TreatsNobody.
    """
    grant = _grant_of(account)
    under_way = ExportJob.objects.filter(data_access_grant=grant, state__in=ExportJob.OPEN_STATES)
    if under_way.count() >= settings.EXPORTS_AT_ONCE:
        raise TooMany
    is_of_group = level == ExportJob.Level.GROUP
    if is_of_group and group_id not in {each.id for each in groups_of(account)}:
        raise NoSuchGroup
    wanted = Asked(
        types=tuple(types),
        since=since.isoformat() if since else None,
        output_format=output_format,
    )
    job = ExportJob.objects.create(
        client_id=PORTAL,
        data_access_grant=grant,
        scope=SCOPE,
        level=level,
        group_id=group_id if is_of_group else None,
        address=address,
        request=page,
        asked=wanted.as_json(),
    )
    put("plan_export", job_id=str(job.pk))
    return job


@transaction.atomic
def again(job: ExportJob) -> bool:
    """One that has failed is begun anew, at a new moment. False: it has not, or is worked on."""
    found = ExportJob.objects.select_for_update(of=("self",)).filter(pk=job.pk)
    if not found.filter(state=ExportJob.State.FAILED).exists():
        return False
    # What was queued of the failed try would take the parts of the new one for its own.
    fetch(_FORGET_TASKS, {"queue": QUEUE, "job": str(job.pk)})
    if ProcrastinateJob.objects.filter(status="doing", args__job_id=str(job.pk)).exists():
        return False
    job.parts.all().delete()
    found.update(
        state=ExportJob.State.QUEUED, error="", finished_at=None, snapshot=None,
        transaction_time=None, created_at=timezone.now(),
    )  # fmt: skip
    put("plan_export", job_id=str(job.pk))
    return True


def _grant_of(account: AbstractUser) -> DataAccessGrant:
    """The account's own for the portal, with those whom it treats now. One begins at a time."""
    people = get_user_model()._default_manager.filter(pk=account.pk)
    list(people.select_for_update(no_key=True).values_list("pk"))
    patient_ids = treated(account)
    if not patient_ids:
        raise TreatsNobody
    client = _portal()
    grant, _ = DataAccessGrant.objects.get_or_create(
        account_id=account.pk, client=client, revoked_at=None, defaults={"scope": SCOPE}
    )
    grant.patient_ids = patient_ids
    grant.save(update_fields=["patient_ids"])
    return grant


def _portal() -> Client:
    """Of the kind that is no app: listed nowhere, let in nowhere."""
    client: Client
    client, _ = Client.objects.get_or_create(
        client_id=PORTAL,
        defaults={
            "name": "QSmartCare Developer Portal",
            "client_type": Client.CLIENT_CONFIDENTIAL,
            "authorization_grant_type": Client.GRANT_AUTHORIZATION_CODE,
            "client_secret": secrets.new_secret(),  # told to nobody
        },
    )
    return client
