"""A token that works now, with what it stands for; whatever has ended leaves none."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from oauth2_provider.settings import oauth2_settings

from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens import jwt
from fhirapi.sql import fetch_one

_COLUMNS = """
client.id, client.client_id, token.user_id, token.scope, token.created, access.id, access.context,
access.patient_ids
"""
_STANDS = """
JOIN fhirapi_client client ON client.id = token.application_id AND client.disabled_at IS NULL
JOIN fhirapi_dataaccessgrant access ON access.id = token.data_access_grant_id
    AND access.revoked_at IS NULL AND (access.expires_at IS NULL OR access.expires_at > now())
JOIN portal_account account ON account.id = access.account_id AND account.is_active
LEFT JOIN fhirapi_accesskey key ON key.data_access_grant_id = access.id
WHERE token.token_checksum = %(token)s
  AND (key.id IS NULL OR (key.is_active AND (now() AT TIME ZONE %(zone)s)::date
                          BETWEEN key.valid_from AND key.valid_to))
"""
_LIVING = f"""
WITH found AS (
    SELECT true AS is_access, token.expires AS ends, {_COLUMNS}
    FROM fhirapi_accesstoken token {_STANDS}
  UNION ALL
    SELECT false, LEAST(
        bound.expires + make_interval(secs => %(offline)s),
        CASE WHEN words @> '{{online_access}}' AND NOT words @> '{{offline_access}}' THEN
            (SELECT min(first.created) FROM fhirapi_refreshtoken first
             WHERE first.token_family = token.token_family) + make_interval(secs => %(online)s)
        END), {_COLUMNS}
    FROM fhirapi_refreshtoken token
    CROSS JOIN LATERAL string_to_array(token.scope, ' ') words
    JOIN fhirapi_accesstoken bound ON bound.id = token.access_token_id
    {_STANDS} AND token.revoked IS NULL
)
SELECT * FROM found WHERE ends > now()
"""  # noqa: S608 - constants


@dataclass(frozen=True)
class Living:
    is_access: bool
    """Else it is a refresh token."""
    ends: datetime
    client_pk: int
    client_id: str
    account_id: int
    scope: str
    issued: datetime
    grant_id: int
    context: dict[str, Any]
    patient_ids: list[str] | None

    @property
    def patient_id(self) -> str | None:
        """Whom it is about; a key of one patient has no other context."""
        told: str | None = self.context.get("patient")
        only = self.patient_ids[0] if self.patient_ids and len(self.patient_ids) == 1 else None
        return told or only


def find(token: str) -> Living | None:
    parameters = {
        "token": token_checksum(token),
        "zone": settings.TIME_ZONE,
        "offline": oauth2_settings.REFRESH_TOKEN_EXPIRE_SECONDS,
        "online": settings.ONLINE_ACCESS_LIFETIME,
    }
    row = fetch_one(_LIVING, parameters)
    if row is None:
        return None
    told = Living(*row)
    if told.is_access and not jwt.is_ours(token):  # by a key that is not ours any more
        return None
    return replace(told, context=orjson.loads(row[-2]))  # Django leaves JSON as text


def bearer(authorization: str) -> str | None:
    """The token of an Authorization header. RFC 6750 2.1"""
    scheme, _, token = authorization.partition(" ")
    return (token.strip() or None) if scheme.lower() == "bearer" else None
