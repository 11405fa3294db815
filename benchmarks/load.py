"""``manage.py load`` of a Synthea-like sample, against a plain COPY of the same content rows.

    PATIENTS=200 python -m benchmarks.load

The same population twice: as NDJSON by type, and as transaction Bundles by patient whose entries
refer to each other by ``urn:uuid:`` and to practitioners by identifier. Several rounds; the median
is the figure to quote.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.world import database

PATIENTS = int(os.environ.get("PATIENTS", "200"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
_DERIVED_TOO = (
    "content", "searchrow", "searchstring", "searchdate", "searchquantity", "searchlink",
    "carerelationship", "patientline",
)  # fmt: skip

Resource = dict[str, Any]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, database():
        from django.core.management import call_command

        samples = {"NDJSON": Path(folder, "ndjson"), "Bundles": Path(folder, "bundles")}
        resources = write_ndjson(samples["NDJSON"]), write_bundles(samples["Bundles"])
        print(f"{PATIENTS} patients, {resources[0]} resources, {os.cpu_count()} cores")
        call_command("migrate", verbosity=0)
        rates: dict[str, list[float]] = {name: [] for name in samples}
        floors = []
        for _ in range(ROUNDS):
            for (name, sample), count in zip(samples.items(), resources, strict=True):
                rates[name].append(rate(count, lambda sample=sample: load(sample)))
            floors.append(rate(resources[1], copy_again()))
            print(*(f"{name} {each[-1]:6.0f}/s" for name, each in rates.items()),
                  f"plain COPY {floors[-1]:6.0f}/s", sep="   ")  # fmt: skip
    for name, each in rates.items():
        ratio = median(each) / median(floors)
        print(f"{name}: median {median(each):.0f} resources/s (asked for: 5,000), "
              f"{ratio:.2f} of plain COPY")  # fmt: skip


def rate(count: int, work: Callable[[], None]) -> float:
    began = time.monotonic()
    work()
    return count / (time.monotonic() - began)


def load(sample: Path) -> None:
    """Into an empty store."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE " + ", ".join(f"fhirapi_{table}" for table in _DERIVED_TOO))
    with open(os.devnull, "w") as nowhere:
        call_command("load", sample, stdout=nowhere)
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def copy_again() -> Callable[[], None]:
    """What is stored, out and into the emptied table, as one process and one transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        with cursor.copy("COPY fhirapi_content TO STDOUT") as copy:
            content = [bytes(block) for block in copy]
        cursor.execute("TRUNCATE fhirapi_content")

    def work() -> None:
        with connection.cursor() as cursor, cursor.copy("COPY fhirapi_content FROM STDIN") as copy:
            copy.write(b"".join(content))

    return work


def write_ndjson(folder: Path) -> int:
    from fhirapi.synthetic.population import practice

    folder.mkdir()
    count = 0
    for resource in (*practice(1), *(each for record in records() for each in record)):
        with (folder / f"{resource['resourceType']}.ndjson").open("a") as file:
            file.write(json.dumps(resource) + "\n")
        count += 1
    return count


def records() -> Iterator[list[Resource]]:
    from fhirapi.synthetic.population import record

    return (record(1, index) for index in range(PATIENTS))


def write_bundles(folder: Path) -> int:
    from fhirapi.synthetic.population import practice

    folder.mkdir()
    shared = practice(1)
    (folder / "hospitalInformation1.json").write_text(json.dumps(bundle(shared, {})))
    conditional = {
        f"{each['resourceType']}/{each['id']}": "{resourceType}?identifier={system}|{value}".format(
            **each, **each["identifier"][0]
        )
        for each in shared
        if each["resourceType"] == "Practitioner"
    }
    count = len(shared)
    for number, resources in enumerate(records()):
        count += len(resources)
        (folder / f"patient{number}.json").write_text(
            json.dumps(bundle(resources, conditional), indent=2)  # as Synthea writes them
        )
    return count


def bundle(resources: list[Resource], references: dict[str, str]) -> Resource:
    """With ``references`` an entry of its own has a urn:uuid, as in a patient's Bundle."""
    urls = {
        f"{each['resourceType']}/{each['id']}": f"urn:uuid:{uuid5(NAMESPACE_URL, each['id'])}"
        for each in resources
    }
    entries = []
    for each in resources:
        full_url = urls[f"{each['resourceType']}/{each['id']}"]
        own = referring(each, {**urls, **references}) if references else each
        if references:
            own = {**own, "id": full_url.removeprefix("urn:uuid:")}
        request = {"method": "POST", "url": each["resourceType"]}
        entries.append({"fullUrl": full_url, "resource": own, "request": request})
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def referring(node: Any, references: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [referring(each, references) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        name: references.get(value, value) if name == "reference" else referring(value, references)
        for name, value in node.items()
    }


if __name__ == "__main__":
    main()
