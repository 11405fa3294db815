"""Issues a token pair for an access key: one statement finds the key, one writes, audit included.

The vendor guide's exchange has no authorization code: the key stands for the approval that its
owner gave by making it. Tokens of the standard flows are issued by django-oauth-toolkit.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from fhirapi.audit.stamp import stamp
from fhirapi.audit.trail import Entry
from fhirapi.smart import secrets
from fhirapi.smart.models import AccessKey, DataAccessGrant
from fhirapi.smart.people import patients
from fhirapi.smart.tokens import jwt
from fhirapi.sql import Statement, array

_KEY_COLUMNS = (
    "id", "access_key_id", "secret_digest", "previous_secret_digest", "previous_secret_until",
    "rotated_at", "is_active", "valid_from", "valid_to", "last_used_at",
)  # fmt: skip
_FIND = Statement(f"""
SELECT access.id, access.account_id, access.client_id, access.scope,
       ARRAY(SELECT visible.patient_id FROM fhirapi_keypatient visible
             WHERE visible.account_id = access.account_id
               AND visible.patient_id = ANY(access.patient_ids) ORDER BY 1),
       {", ".join(f"key.{column}" for column in _KEY_COLUMNS)}
FROM fhirapi_accesskey key
JOIN fhirapi_dataaccessgrant access ON access.id = key.data_access_grant_id
JOIN portal_account account ON account.id = access.account_id
WHERE key.access_key_id = %(access_key_id)s AND account.is_active AND access.revoked_at IS NULL
""")  # noqa: S608 - our own column names
_ISSUE = Statement("""
WITH still AS (  -- nobody rotated or switched off the key since its secret was checked
    SELECT key.id FROM fhirapi_accesskey key
    WHERE key.id = %(key)s AND key.is_active
      AND key.rotated_at IS NOT DISTINCT FROM %(rotated_at)s::timestamptz
    FOR SHARE
), access AS (
    INSERT INTO fhirapi_accesstoken
        (token, token_checksum, user_id, application_id, data_access_grant_id, scope, resource,
         expires, created, updated)
    SELECT '', %(access)s, %(account_id)s, %(client)s, %(grant)s, %(scope)s, '[]',
           now() + make_interval(secs => %(lifetime)s), now(), now()
    FROM still
    RETURNING id
), refresh AS (
    INSERT INTO fhirapi_refreshtoken
        (token, token_checksum, user_id, application_id, data_access_grant_id, access_token_id,
         scope, token_family, resource, created, updated)
    SELECT '', %(refresh)s, %(account_id)s, %(client)s, %(grant)s, id,
           %(scope)s, %(family)s, '[]', now(), now()
    FROM access
)
INSERT INTO fhirapi_auditrecord
    (recorded, mac, action, outcome, account_id, client_id, patient_ids, address)
SELECT %(recorded)s::timestamptz, decode(%(mac)s, 'hex'), 'token', 'success', %(account_id)s,
       %(client_id)s, %(patient_ids)s, %(address)s
FROM still
RETURNING id
""")
# A statement of its own: in the one above it would wait for other requests' locks, and they for it.
_USED = Statement(
    "UPDATE fhirapi_accesskey SET last_used_at = now() WHERE id = %(key)s RETURNING id"
)
_USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class KeyInUse:
    """An access key with what issuing needs of its grant, read in one statement."""

    grant_id: int
    account_id: int
    client_id: int
    scope: str
    patient_ids: list[str]
    """Those of the grant whom the account may see now."""
    key: AccessKey


def visible_patients(grant: DataAccessGrant) -> list[str]:
    """The patients that a grant names, as far as its account may see them now."""
    named = grant.patient_ids or []
    visible = patients.may_see(grant.account, named)
    return [each for each in named if each in visible]


def only(patient_ids: list[str]) -> str | None:
    """The patient, if the tokens of a key are about one."""
    return patient_ids[0] if len(patient_ids) == 1 else None


def find(access_key_id: str) -> KeyInUse | None:
    """The key of an active account, by AccessKeyID in any letter case."""
    rows = _FIND.fetch({"access_key_id": access_key_id.upper()})
    if not rows:
        return None
    grant_id, account_id, client_id, scope, patient_ids, *columns = rows[0]
    key = AccessKey(**dict(zip(_KEY_COLUMNS, columns, strict=True)))
    return KeyInUse(grant_id, account_id, client_id, scope, patient_ids, key)


@dataclass(frozen=True)
class TokenPair:
    access_token: str
    refresh_token: str
    scope: str
    patient_ids: list[str]

    def response(self) -> dict[str, Any]:
        """RFC 6749 5.1 with SMART's ``patient`` and, for keys of several patients, ``patients``."""
        answer: dict[str, Any] = {
            "access_token": self.access_token,
            "token_type": "Bearer",
            "expires_in": settings.ACCESS_TOKEN_LIFETIME,
            "refresh_token": self.refresh_token,
            "scope": self.scope,
        }
        return {**answer, **patient_context(self.patient_ids)}


def patient_context(patient_ids: list[str]) -> dict[str, Any]:
    """The guide's ``patient``, commas between several, and the same as a list."""
    return {"patient": ",".join(patient_ids), "patients": patient_ids}


def issue(found: KeyInUse, *, address: str | None) -> TokenPair | None:
    """For a usable key whose secret was checked; None if the key was changed meanwhile."""
    access_token = jwt.sign(
        account_id=found.account_id,
        client_id=found.key.access_key_id,
        scope=found.scope,
        patient_id=only(found.patient_ids),
    )
    refresh_token = secrets.new_secret()
    told = Entry(
        "token",
        "success",
        account_id=found.account_id,
        client_id=found.key.access_key_id,
        patient_ids=array(found.patient_ids),
        address=address,
    )
    written = _ISSUE.fetch_one(
        {
            "access": secrets.token_checksum(access_token),
            "refresh": secrets.token_checksum(refresh_token),
            "account_id": found.account_id,
            "client": found.client_id,
            "client_id": found.key.access_key_id,
            "grant": found.grant_id,
            "key": found.key.pk,
            "rotated_at": found.key.rotated_at,
            "scope": found.scope,
            "lifetime": settings.ACCESS_TOKEN_LIFETIME,
            "family": uuid.uuid4(),
            "patient_ids": found.patient_ids,
            "address": address,
            **stamp(told)._asdict(),
        },
    )
    if written is None:
        return None
    last_used = found.key.last_used_at
    if last_used is None or last_used < timezone.now() - _USED_EVERY:
        _USED.fetch_one({"key": found.key.pk})
    return TokenPair(access_token, refresh_token, found.scope, found.patient_ids)
