"""Who signed in, as OpenID Connect and SMART tell an app: the claims of id_token and userinfo.

https://openid.net/specs/openid-connect-core-1_0.html
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#scopes-for-requesting-identity-data
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser

from fhirapi.smart.models import DataAccessGrant
from fhirapi.sql import fetch_one

# Of several records that an account stands for: the patient's own if the app is about it, then
# the clinician, then the relative of the patient, then whatever there is.
_FHIR_USER = """
SELECT link.resource_type || '/' || link.resource_id
FROM fhirapi_recordlink link
LEFT JOIN fhirapi_searchrow related ON link.resource_type = 'RelatedPerson'
    AND related.resource_type = link.resource_type AND related.resource_id = link.resource_id
WHERE link.account_id = %(account)s AND link.revoked_at IS NULL
  AND link.resource_type IN ('Patient', 'Practitioner', 'RelatedPerson')
ORDER BY
    (link.resource_type = 'Patient' AND link.resource_id = %(patient)s::text) IS TRUE DESC,
    link.resource_type = 'Practitioner' DESC,
    (related.patient_id = %(patient)s::text) IS TRUE DESC,
    link.resource_type = 'Patient' DESC, link.id
LIMIT 1
"""


def claims(account: AbstractUser, grant: DataAccessGrant, scopes: list[str]) -> dict[str, Any]:
    """``sub`` and what the scopes add to it."""
    told: dict[str, Any] = {"sub": str(account.pk)}
    if "profile" in scopes:
        told |= _name(account)
    if "fhirUser" in scopes and (reference := fhir_user(account.pk, grant.context.get("patient"))):
        told["fhirUser"] = reference
    return told


def fhir_user(account_id: int, patient_id: str | None) -> str | None:
    """The absolute address of the record that is the account's person."""
    own = own_record(account_id, patient_id)
    return f"{settings.FHIR_BASE_URL}/{own}" if own else None


def own_record(account_id: int, patient_id: str | None) -> str | None:
    """The same as ``Type/id``."""
    row = fetch_one(_FHIR_USER, {"account": account_id, "patient": patient_id})
    return row[0] if row else None


def _name(account: AbstractUser) -> dict[str, str]:
    """Only parts that there are. https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims"""
    parts = {
        "name": account.get_full_name(),
        "given_name": account.first_name,
        "family_name": account.last_name,
    }
    return {name: value for name, value in parts.items() if value}
