"""The names of the people, apps and access keys that the trail speaks of: one statement."""

from collections.abc import Collection
from dataclasses import dataclass, field

from fhirapi.sql import fetch

_NAMES = """
SELECT 'person', id::text, trim(first_name || ' ' || last_name), wants_provider
FROM portal_account WHERE id = ANY(%(people)s)
UNION ALL
SELECT 'key', access_key_id, label, false
FROM fhirapi_accesskey WHERE access_key_id = ANY(%(apps)s)
UNION ALL
SELECT 'app', client_id, name, false
FROM fhirapi_client WHERE client_id = ANY(%(apps)s) AND kind <> 'access-key'
"""


@dataclass(frozen=True)
class Names:
    people: dict[int, tuple[str, bool]] = field(default_factory=dict)
    """With whether it is a provider."""
    apps: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Labels by AccessKeyID."""


def names_of(account_ids: Collection[int], client_ids: Collection[str]) -> Names:
    found = Names()
    for kind, key, name, is_provider in fetch(
        _NAMES, {"people": list(account_ids), "apps": list(client_ids)}
    ):
        if kind == "person":
            found.people[int(key)] = name, is_provider
        elif kind == "key":
            found.keys[key] = name
        else:
            found.apps[key] = name or key
    return found
