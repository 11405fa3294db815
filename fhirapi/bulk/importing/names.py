"""What an import brings, by type and id, known before any of it is stored.

So a reference may lead to what comes later, or back in a circle, and one that leads nowhere is
told at once.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence

import orjson
from django.db import connection

from fhirapi.searchparams.keys import key
from fhirapi.sql import Statement

_KNOWN = Statement("""
SELECT asked.name FROM unnest(%(names)s::text[], %(keys)s::bigint[]) AS asked(name, key)
JOIN fhirapi_importname known ON known.job_id = %(job)s::uuid AND known.key = asked.key
WHERE NOT EXISTS (
    SELECT FROM fhirapi_content c
    WHERE c.resource_type = split_part(asked.name, '/', 1)
      AND c.resource_id = split_part(asked.name, '/', 2) AND NOT c.is_deleted)
""")
_KEEP = """
INSERT INTO fhirapi_importname (job_id, key)
SELECT %s, found.key FROM import_keys found ON CONFLICT DO NOTHING
"""


def keys_of(resource_type: str, lines: Iterable[bytes]) -> Iterator[int]:
    """Of the resources on these lines, as far as they are any."""
    for line in lines:
        try:
            found = orjson.loads(line)["id"]
        except (ValueError, TypeError, KeyError):
            continue  # told when it is read
        if type(found) is str:
            yield key(resource_type, found, "")


def keep(job_id: uuid.UUID, keys: Sequence[int]) -> None:
    """Within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE import_keys (key bigint) ON COMMIT DROP")
        with cursor.copy("COPY import_keys FROM STDIN") as copy:
            copy.write("".join(f"{each}\n" for each in keys))
        cursor.execute(_KEEP, [job_id])


def coming(job_id: uuid.UUID, names: Iterable[str]) -> set[str]:
    """Those of these (``Type/id``) that are in the import and not stored yet, by anybody."""
    asked = sorted(names)
    if not asked:
        return set()
    keys = [key(*name.split("/", 1), "") for name in asked]
    found = _KNOWN.fetch({"names": asked, "keys": keys, "job": str(job_id)})
    return {name for (name,) in found}
