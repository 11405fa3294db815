"""Issues a token pair for an access key: one INSERT statement, audit included.

The vendor guide's exchange has no authorization code: the key stands for the approval that its
owner gave by making it. Tokens of the standard flows are issued by django-oauth-toolkit.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from fhirapi.smart import jwt, patients, secrets
from fhirapi.smart.models import AccessKey
from fhirapi.store.sql import fetch

_ISSUE = """
WITH access AS (
    INSERT INTO fhirapi_accesstoken
        (token, token_checksum, user_id, application_id, data_access_grant_id, scope, resource,
         expires, created, updated)
    VALUES ('', %(access)s, %(account_id)s, %(client)s, %(grant)s, %(scope)s, '[]',
            now() + make_interval(secs => %(lifetime)s), now(), now())
    RETURNING id
), refresh AS (
    INSERT INTO fhirapi_refreshtoken
        (token, token_checksum, user_id, application_id, data_access_grant_id, access_token_id,
         token_family, resource, created, updated)
    SELECT '', %(refresh)s, %(account_id)s, %(client)s, %(grant)s, id,
           %(family)s, '[]', now(), now()
    FROM access
), used AS (  -- at most once a minute: a busy key must not queue for its own row
    UPDATE fhirapi_accesskey SET last_used_at = now()
    WHERE id = %(key)s AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
)
INSERT INTO fhirapi_auditrecord
    (action, outcome, account_id, client_id, patient_ids, address)
VALUES ('token', 'success', %(account_id)s, %(client_id)s, %(patient_ids)s, %(address)s)
RETURNING id
"""


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
    """``patient`` where there is exactly one; ``patients`` always."""
    single = {"patient": patient_ids[0]} if len(patient_ids) == 1 else {}
    return {**single, "patients": patient_ids}


def issue(key: AccessKey, *, address: str | None) -> TokenPair:
    """For a usable key whose secret was checked. Names only patients its account may see now."""
    grant = key.data_access_grant
    visible = patients.may_see(grant.account, grant.patient_ids)
    patient_ids = [each for each in grant.patient_ids if each in visible]
    access_token = jwt.sign(
        account_id=grant.account_id,
        client_id=key.access_key_id,
        scope=grant.scope,
        patient_ids=patient_ids,
    )
    refresh_token = secrets.new_secret()
    fetch(
        _ISSUE,
        {
            "access": secrets.token_checksum(access_token),
            "refresh": secrets.token_checksum(refresh_token),
            "account_id": grant.account_id,
            "client": grant.client_id,
            "client_id": key.access_key_id,
            "grant": grant.pk,
            "key": key.pk,
            "scope": grant.scope,
            "lifetime": settings.ACCESS_TOKEN_LIFETIME,
            "family": uuid.uuid4(),
            "patient_ids": patient_ids,
            "address": address,
        },
    )
    return TokenPair(access_token, refresh_token, grant.scope, patient_ids)
