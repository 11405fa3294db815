"""Who reads the trail, and whose records are theirs to watch over: the own one and a child's."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from fhirapi.smart.people import patients
from fhirapi.sql import fetch
from portal.accounts.models import Account

_RELATED = """
SELECT DISTINCT related.patient_id
FROM fhirapi_recordlink link
JOIN fhirapi_searchrow related ON related.resource_type = 'RelatedPerson'
    AND related.resource_id = link.resource_id
WHERE link.account_id = %s AND link.resource_type = 'RelatedPerson' AND link.revoked_at IS NULL
  AND related.patient_id IS NOT NULL
"""


@dataclass(frozen=True)
class Reader:
    account: Account
    own_record: str | None
    wards: dict[str, str] = field(default_factory=dict)
    """The records of those for whom the reader stands, with their names."""

    @property
    def records(self) -> list[str]:
        return [*([self.own_record] if self.own_record else []), *self.wards]

    def whose(self, patient_id: str) -> str:
        if patient_id == self.own_record:
            return _("your record")
        return _("the record of %(name)s") % {"name": self.wards[patient_id]}


def reader_of(account: Account, *, address: str | None = None) -> Reader:
    own = patients.own_patient_id(account)
    ids = [row[0] for row in fetch(_RELATED, [account.pk]) if row[0] != own]
    wards = patients.summaries(account, ids, address=address)
    return Reader(account, own, {each.id: each.name for each in wards})
