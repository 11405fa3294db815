"""SMART Fetch, a bulk client that others wrote, gets a whole group out of the product."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

from tests.bulk_client.__main__ import ensure, program
from tests.running.exporter import BulkClient


def resources(folder: Path) -> dict[str, list[Any]]:
    """By type; the client compresses what it keeps."""
    found: dict[str, list[Any]] = {}
    for path in folder.rglob("*.ndjson.gz"):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            resource = json.loads(line)
            if "resourceType" in resource:
                found.setdefault(resource["resourceType"], []).append(resource["id"])
    return found


def test_it_exports_a_group_with_the_key_of_a_backend_service(
    running: dict[str, Any], tmp_path: Path
) -> None:
    ensure()
    service = BulkClient(running).service
    key = tmp_path / "key.jwks"
    key.write_text(json.dumps({"keys": [service["private_jwk"]]}), encoding="utf-8")
    told = tmp_path / "out"
    ran = subprocess.run(
        [
            program(), "bulk", "--fhir-url", running["fhir_base_url"],
            "--smart-client-id", service["client_id"], "--smart-key", key,
            "--group", running["group_id"], "--type", "Patient,Condition,Encounter", told,
        ],
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = resources(told)
    assert set(found) == {"Patient", "Condition", "Encounter"}
    members = _members(running)
    assert set(found["Patient"]) == members
    for ids in found.values():
        assert len(ids) == len(set(ids)), "nothing came twice"


def _members(running: dict[str, Any]) -> set[str]:
    client = BulkClient(running)
    client.sign_in()
    group = client.get(f"{running['fhir_base_url']}/Group/{running['group_id']}").json()
    return {each["entity"]["reference"].removeprefix("Patient/") for each in group["member"]}
