"""To whom a writer may open a patient's record by naming them in ``Patient.generalPractitioner``.

Those for whom the account acts, of the same team, or of the same organization by PractitionerRole;
for the practice's own service, everybody. docs/decisions/0023
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from fhirapi.searchparams.keys import parameter_key
from fhirapi.sql import Statement
from fhirapi.store.caller import AS_CALLER, CALLER, GRANTED, Caller

_PRACTITIONER = parameter_key("PractitionerRole", "practitioner")
_ORGANIZATION = parameter_key("PractitionerRole", "organization")
_STRANGERS = f"""
WITH {{caller}}, own AS (
    SELECT link.resource_id AS practitioner_id
    FROM caller JOIN fhirapi_recordlink link ON link.account_id = caller.account_id
    WHERE link.revoked_at IS NULL AND link.resource_type IN ('Practitioner', 'Staff')
), colleague AS (
    SELECT practitioner_id FROM own
    UNION
    SELECT member.resource_id
    FROM own
    JOIN fhirapi_recordlink staff ON staff.resource_type = 'Staff'
        AND staff.resource_id = own.practitioner_id AND staff.revoked_at IS NULL
    JOIN fhirapi_recordlink member ON member.account_id = staff.account_id
        AND member.resource_type = 'Practitioner' AND member.revoked_at IS NULL
    UNION
    SELECT other.target_id
    FROM own
    JOIN fhirapi_searchlink mine ON mine.key = '{_PRACTITIONER}'::bigint
        AND mine.target_type = 'Practitioner' AND mine.target_id = own.practitioner_id
    JOIN fhirapi_searchlink here ON here.row_id = mine.row_id
        AND here.key = '{_ORGANIZATION}'::bigint
    JOIN fhirapi_searchlink there ON there.key = here.key
        AND there.target_type = here.target_type AND there.target_id = here.target_id
    JOIN fhirapi_searchlink other ON other.row_id = there.row_id AND other.key = mine.key
)
SELECT asked.practitioner_id, asked.patient_id
FROM caller
CROSS JOIN unnest(%(practitioners)s::text[], %(patients)s::text[])
    AS asked(practitioner_id, patient_id)
WHERE NOT EXISTS (
    SELECT FROM fhirapi_recordlink link
    WHERE link.account_id = caller.account_id AND link.resource_type = 'Organization'
      AND link.revoked_at IS NULL
) AND NOT EXISTS (
    SELECT FROM fhirapi_carerelationship care
    WHERE care.practitioner_id = asked.practitioner_id AND care.patient_id = asked.patient_id
) AND NOT EXISTS (
    SELECT FROM colleague WHERE colleague.practitioner_id = asked.practitioner_id
)
"""  # noqa: S608 - our own keys
_TO_CALLER = Statement(_STRANGERS.format(caller=CALLER), before=AS_CALLER)
_TO_GRANT = Statement(_STRANGERS.format(caller=GRANTED))


Named = Iterable[tuple[str, str]]
"""Practitioners, and the patients whose records name them."""


def strangers(caller: Caller, named: Named) -> set[tuple[str, str]]:
    """Those who are new there, and nobody whom the caller may let in."""
    return _ask(_TO_CALLER, caller.parameters(), named)


def strangers_to(grant_id: int, named: Named) -> set[tuple[str, str]]:
    """The same of what stands on an approval and works by itself."""
    return _ask(_TO_GRANT, {"grant": grant_id, "zone": settings.TIME_ZONE}, named)


def _ask(statement: Statement, asker: dict[str, Any], named: Named) -> set[tuple[str, str]]:
    pairs = sorted(set(named))
    if not pairs:
        return set()
    practitioners, patients = zip(*pairs, strict=True)
    parameters = {"practitioners": list(practitioners), "patients": list(patients)}
    return set(statement.fetch({**asker, **parameters}))
