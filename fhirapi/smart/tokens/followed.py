"""Approvals for a list as it changes: whom they open is brought in line with the list.

``DataAccessGrant.patient_ids`` stays what every request asks, so that such an approval costs a
read nothing. It is written in the transaction that changes the list, where that is ours; when a
token is issued; and by ``manage.py refresh_groups``.
"""

import orjson
from django.db.models import Q, QuerySet

from fhirapi.smart.models import Client, DataAccessGrant
from fhirapi.sql import fetch
from fhirapi.store import isolation
from fhirapi.store.membership import members

# Whoever changes the list at this moment is waited for: an older one must not be written last.
_CONTENT = """
SELECT content FROM fhirapi_content
WHERE resource_type = 'Group' AND resource_id = %s AND NOT is_deleted FOR SHARE
"""


@isolation.everybody()
def follow(group_id: str) -> None:
    """A list that is gone opens nobody."""
    if not _standing(group_id).exists():
        return
    rows = fetch(_CONTENT, [group_id])
    patient_ids = members(orjson.loads(rows[0][0])) if rows else []
    differs = ~Q(patient_ids=patient_ids) | Q(patient_ids=None)
    _standing(group_id).filter(differs).update(patient_ids=patient_ids)


def follow_all() -> None:
    """Lists that were written over the API, and days on which a membership begins or ends."""
    live = DataAccessGrant.objects.filter(revoked_at=None, group_id__isnull=False)
    for group_id in live.values_list("group_id", flat=True).distinct():
        follow(str(group_id))


def followers(group_id: str) -> list[Client]:
    """The apps whose approval goes with the list, by name."""
    found = Client.objects.filter(data_access_grants__in=_standing(group_id), disabled_at=None)
    return list(found.distinct().order_by("name"))


def _standing(group_id: str) -> QuerySet[DataAccessGrant]:
    return DataAccessGrant.objects.filter(group_id=group_id, revoked_at=None)
