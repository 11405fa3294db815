"""The names of the people, apps and access keys that the trail speaks of: one statement."""

from collections.abc import Collection
from dataclasses import dataclass, field

from fhirapi.sql import fetch

_NAMES = """
SELECT 'person', person.id::text, trim(person.first_name || ' ' || person.last_name),
       CASE WHEN person.provider_approved_at IS NOT NULL THEN 'provider'
            WHEN EXISTS (SELECT FROM fhirapi_teammember member WHERE member.account_id = person.id)
            THEN 'staff'  -- also of those who have left: what they did, they did as such
            WHEN person.wants_provider THEN 'provider' ELSE '' END
FROM portal_account person WHERE person.id = ANY(%(people)s)
UNION ALL
SELECT 'key', access_key_id, label, ''
FROM fhirapi_accesskey WHERE access_key_id = ANY(%(apps)s)
UNION ALL
SELECT 'app', client_id, name, ''
FROM fhirapi_client WHERE client_id = ANY(%(apps)s) AND kind <> 'access-key'
"""


@dataclass(frozen=True)
class Names:
    people: dict[int, tuple[str, str]] = field(default_factory=dict)
    """With what they are at the practice: ``provider``, ``staff``, or nothing of the two."""
    apps: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Labels by AccessKeyID."""


def names_of(account_ids: Collection[int], client_ids: Collection[str]) -> Names:
    found = Names()
    for kind, key, name, part in fetch(
        _NAMES, {"people": list(account_ids), "apps": list(client_ids)}
    ):
        if kind == "person":
            found.people[int(key)] = name, part
        elif kind == "key":
            found.keys[key] = name
        else:
            found.apps[key] = name or key
    return found
