"""What the database holds of backend services, and their tokens on their way into it.

Tokens that are issued at the same moment share one statement and one commit. It spends each
assertion, writes token and audit record, and makes sure that each service still is what it was
when it was last read.
"""

from enum import Enum
from typing import NamedTuple

from django.conf import settings

from fhirapi.audit.stamp import stamps
from fhirapi.audit.trail import Entry
from fhirapi.sql import Statement, array
from fhirapi.together import Together

_FIND = Statement("""
SELECT client.id, client.client_id, client.kind, client.jwks::text, client.jwks_uri,
       client.allowed_scopes, client.disabled_at IS NOT NULL, standing.id, standing.account_id,
       standing.scope, standing.patient_ids::text, standing.group_id
FROM fhirapi_client client
LEFT JOIN LATERAL (
    SELECT access.* FROM fhirapi_dataaccessgrant access
    JOIN portal_account account ON account.id = access.account_id AND account.is_active
    WHERE access.client_id = client.id AND access.revoked_at IS NULL
      AND (access.expires_at IS NULL OR access.expires_at > now())
    ORDER BY access.id DESC LIMIT 1
) standing ON true
WHERE client.client_id = %(client_id)s
""")
# In the order of the digests: two processes that get the same assertions wait for each other's
# rows, and never in a circle.
_ISSUE = Statement("""
WITH still AS MATERIALIZED (  -- the services that are as they were when they were read
    SELECT service.number, client.id AS client, client.client_id, access.id AS access,
           access.account_id, access.patient_ids
    FROM unnest(%(id)s::bigint[], %(kind)s::text[], %(jwks)s::text[], %(jwks_uri)s::text[],
                %(registered)s::text[], %(grant)s::bigint[], %(approved)s::text[],
                %(patient_ids)s::text[]) WITH ORDINALITY
         AS service(id, kind, jwks, jwks_uri, registered, access, approved, patient_ids, number)
    JOIN fhirapi_client client ON client.id = service.id AND client.disabled_at IS NULL
        AND client.kind = service.kind AND client.jwks IS NOT DISTINCT FROM service.jwks::jsonb
        AND client.jwks_uri = service.jwks_uri AND client.allowed_scopes = service.registered
    JOIN fhirapi_dataaccessgrant access ON access.id = service.access
        AND access.revoked_at IS NULL
        AND (access.expires_at IS NULL OR access.expires_at > now())
        AND access.scope = service.approved
        AND access.patient_ids IS NOT DISTINCT FROM service.patient_ids::text[]
    JOIN portal_account account ON account.id = access.account_id AND account.is_active
), asked AS MATERIALIZED (  -- of the same assertion twice at once, the first counts
    SELECT DISTINCT ON (asked.digest) asked.number, asked.digest, asked.used_until, asked.token,
           asked.scope, asked.address::inet, asked.recorded::timestamptz,
           decode(asked.mac, 'hex') AS mac, still.*
    FROM unnest(%(service)s::bigint[], %(digest)s::text[], %(used_until)s::float8[],
                %(token)s::text[], %(scope)s::text[], %(address)s::text[],
                %(recorded)s::text[], %(mac)s::text[]) WITH ORDINALITY
         AS asked(service, digest, used_until, token, scope, address, recorded, mac, number)
    JOIN still AS still(service, client, client_id, access, account_id, patient_ids)
        USING (service)
    ORDER BY asked.digest, asked.number
), spent AS (  -- whoever comes with an assertion that was used gets no row
    INSERT INTO fhirapi_spentassertion (digest, expires_at)
    SELECT digest, to_timestamp(used_until) FROM asked
    ON CONFLICT DO NOTHING RETURNING digest
), first_used AS MATERIALIZED (
    SELECT asked.* FROM spent JOIN asked USING (digest)
), written AS (
    INSERT INTO fhirapi_accesstoken
        (token, token_checksum, user_id, application_id, data_access_grant_id, scope, resource,
         expires, created, updated)
    SELECT '', token, account_id, client, access, scope, '[]',
           now() + make_interval(secs => %(lifetime)s), now(), now()
    FROM first_used
), logged AS (
    INSERT INTO fhirapi_auditrecord
        (recorded, mac, action, outcome, account_id, client_id, patient_ids, address)
    SELECT recorded, mac, 'token', 'success', account_id, client_id, patient_ids, address
    FROM first_used
)
SELECT (SELECT string_agg(number::text, ' ') FROM still),
       (SELECT string_agg(number::text, ' ') FROM first_used)
""")
_COMPARED = ("id", "kind", "jwks", "jwks_uri", "registered", "grant", "approved", "patient_ids")
_WRITTEN = ("digest", "used_until", "token", "scope", "address")


class Service(NamedTuple):
    """A backend service as it was when it was last read."""

    id: int
    client_id: str
    kind: str
    jwks: str | None
    """As JSON."""
    jwks_uri: str
    registered: str
    """Scopes."""
    is_disabled: bool
    grant: int | None
    """Of the standing approval; None: there is none."""
    account_id: int | None
    approved: str | None
    """Scopes."""
    patient_ids: str | None
    """An array literal; None: everybody."""
    follows: str | None = None
    """The id of the list whose members they are."""


class Asked(NamedTuple):
    """A token that is to be issued, if the assertion was not used before."""

    service: Service
    digest: str
    """Of the assertion."""
    used_until: float
    """Until when its use must be remembered: seconds since 1970."""
    token: str
    """The checksum."""
    scope: str
    address: str | None

    def told(self) -> Entry:
        """The audit record, as the statement writes it if the service still is what it was."""
        return Entry(
            "token",
            "success",
            account_id=self.service.account_id,
            client_id=self.service.client_id,
            patient_ids=self.service.patient_ids,
            address=self.address,
        )


class Verdict(Enum):
    ISSUED = 1
    REPLAYED = 2
    CHANGED = 3
    """The service is no longer what it was when it was read."""


def find(client_id: str) -> Service | None:
    rows = _FIND.fetch({"client_id": client_id}) if "\x00" not in client_id else []
    return Service(*rows[0]) if rows else None


def issue_all(asked: list[Asked]) -> list[Verdict]:
    """In one statement. The verdicts in the order in which they were asked for."""
    services = list(dict.fromkeys(each.service for each in asked))
    numbers = {service: number for number, service in enumerate(services, 1)}
    made = stamps([each.told() for each in asked])
    row = _ISSUE.fetch_one({
        **{name: array(getattr(each, name) for each in services) for name in _COMPARED},
        **{name: array(getattr(each, name) for each in asked) for name in _WRITTEN},
        "recorded": array(each.recorded for each in made),
        "mac": array(each.mac for each in made),
        "service": array(numbers[each.service] for each in asked),
        "lifetime": settings.ACCESS_TOKEN_LIFETIME,
    })  # fmt: skip
    still, issued = (set(map(int, (told or b"").split())) for told in row or (None, None))
    return [
        Verdict.ISSUED if number in issued
        else Verdict.REPLAYED if numbers[each.service] in still
        else Verdict.CHANGED
        for number, each in enumerate(asked, 1)
    ]  # fmt: skip


issue = Together[Asked, Verdict](lambda take: issue_all(take()))
"""Returns the verdict once it is committed."""
