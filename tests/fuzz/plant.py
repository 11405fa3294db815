"""Marks every record of a product's database, so that a leak can be told from what may be seen.

    DATABASE_URL=... DATA_DIR=... python -m tests.fuzz.plant KEY

A process of its own, with the product's settings. Each patient gets a word that nobody can guess:
in a tag of every resource of the record and among the given names. Prints what it has planted.
"""

import hashlib
import hmac
import json
import os
import sys
from typing import Any

import django

SYSTEM = "urn:qsmartcare:canary"
_UPDATE = "UPDATE fhirapi_content SET content = %s WHERE id = %s"


def word_of(key: str, patient_id: str) -> str:
    return "zq" + hmac.new(key.encode(), patient_id.encode(), hashlib.sha256).hexdigest()[:16]


def main(key: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "qsmartcare.settings"
    django.setup()
    from django.core.management import call_command

    samples = _mark_contents(key)
    call_command("reindex", verbosity=0)
    print(json.dumps({"patients": _patients(key), "samples": samples, "sees": _seen()}))  # noqa: T201


def _mark_contents(key: str) -> dict[str, list[str]]:
    """Some ids of each type, of many patients."""
    from django.db import connection, transaction

    from fhirapi.store import exact

    samples: dict[str, list[str]] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, resource_type, resource_id, patient_id, content "
            "FROM fhirapi_content WHERE NOT is_deleted ORDER BY id"
        )
        marked = []
        for row_id, name, resource_id, patient_id, content in cursor.fetchall():
            known = samples.setdefault(name, [])
            if (len(known) < 40 and row_id % 3 == 0) or len(known) < 4:
                known.append(resource_id)
            if patient_id is not None:
                resource = _marked(exact.parse(content), word_of(key, patient_id))
                marked.append((exact.write(resource), row_id))
        cursor.executemany(_UPDATE, marked)
    return samples


def _marked(resource: dict[str, Any], word: str) -> dict[str, Any]:
    meta = resource.setdefault("meta", {})
    meta.setdefault("tag", []).append({"system": SYSTEM, "code": word})
    if resource["resourceType"] == "Patient":
        resource["name"][0].setdefault("given", []).append(word)
    return resource


def _patients(key: str) -> dict[str, dict[str, str]]:
    from fhirapi.store.models import PatientLine

    return {
        each.patient_id: {"mrn": each.mrn, "word": word_of(key, each.patient_id)}
        for each in PatientLine.objects.all()
    }


def _seen() -> dict[str, list[str]]:
    """Username to the patients whom links and care open to the account."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account.username, visible.patient_id FROM fhirapi_accountpatient visible "
            "JOIN portal_account account ON account.id = visible.account_id"
        )
        found: dict[str, list[str]] = {}
        for username, patient_id in cursor.fetchall():
            found.setdefault(username, []).append(patient_id)
    return found


if __name__ == "__main__":
    main(sys.argv[1])
