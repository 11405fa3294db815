"""Writing over HTTP, validation and audit included, beside plain INSERTs of the same rows.

python -m benchmarks.write

Single creates, then transaction Bundles of 50. The floor is what two processes do that have nothing
else to do: the rows of the same resources, indexed beforehand, one commit for each create and for
each Bundle. Every round measures all of them.
"""

import time
from itertools import islice
from multiprocessing import get_context
from statistics import median
from typing import Any

import orjson

from benchmarks import cpu
from benchmarks.wire import measure, post_json, server
from benchmarks.world import World, world

ROUNDS, SECONDS = 5, 4.0
PORT = 8304
BASE = "/R4-patient-api/"
TYPES = ("Observation", "Condition", "MedicationRequest", "Encounter", "Procedure", "Immunization")
BUNDLE = 50
SINGLES, PER_RESOURCE = 700, 1500
"""A second, on 2 cores: what was asked for."""

Resource = dict[str, Any]


def main() -> None:
    with world(may_write=True) as made:
        resources = _resources(made)
        size = sum(len(orjson.dumps(each)) for each in resources) / len(resources)
        print(f"{len(resources)} different resources of {size:.0f} bytes on average")
        with server("qsmartcare.wsgi:application", PORT) as web:
            singles = [post_json(f"{BASE}{each['resourceType']}", orjson.dumps(each),
                                 made.access_token) for each in resources]  # fmt: skip
            bundles = [post_json(BASE, each, made.access_token) for each in _bundles(resources)]
            measure(PORT, singles, 1)
            measure(PORT, bundles, 1)
            _rounds("Single creates", singles, 1, resources, web, SINGLES)
            _rounds("Transactions of 50", bundles, BUNDLE, resources, web, PER_RESOURCE)


def _rounds(
    name: str, requests: list[bytes], share: int, resources: list[Resource], web: int, asked: int
) -> None:
    reached, shares = [], []
    for _ in range(ROUNDS):
        floor = _floor(resources, share)
        before = cpu.seconds(web), cpu.seconds(cpu.postmaster())
        found = measure(PORT, requests, SECONDS)
        spent = cpu.seconds(web) - before[0], cpu.seconds(cpu.postmaster()) - before[1]
        count = found.answers * share
        reached.append(found.rate * share)
        shares.append(reached[-1] / floor)
        each = [part / count * 1e6 for part in (*spent, found.client_cpu)]
        print(
            f"{name}: {reached[-1]:.0f} resources/s, {found.median:.1f} ms a request; plain INSERT "
            f"{floor:.0f}/s: {shares[-1]:.2f}. CPU of a resource: web {each[0]:.0f} us, "
            f"PostgreSQL {each[1]:.0f}, client {each[2]:.0f}"
        )
    print(
        f"{name}: median {median(reached):.0f}/s (asked for: {asked} on 2 cores), "
        f"{median(shares):.2f} of plain INSERTs"
    )


def _resources(made: World) -> list[Resource]:
    """Of the key's patients, as an app would send them: without id and meta."""
    from fhirapi.store.models import Content

    stored = Content.objects.filter(
        patient_id__in=made.patient_ids, resource_type__in=TYPES, is_deleted=False
    ).order_by("id")
    resources = [orjson.loads(content) for content in stored.values_list("content", flat=True)]
    for each in resources:
        del each["id"], each["meta"]
    return resources[::3][:3000]


def _bundles(resources: list[Resource]) -> list[bytes]:
    left = iter(resources)
    bundles = []
    while len(share := list(islice(left, BUNDLE))) == BUNDLE:
        entries = [
            {"resource": each, "request": {"method": "POST", "url": each["resourceType"]}}
            for each in share
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        bundles.append(orjson.dumps(bundle))
    return bundles


def _floor(resources: list[Resource], share: int) -> float:
    """Resources a second that two processes store by INSERT."""
    with get_context("spawn").Pool(2) as pool:
        return sum(pool.starmap(_inserted, [(resources, share), (resources[1:], share)]))


def _inserted(resources: list[Resource], share: int) -> float:
    import django

    django.setup()
    from datetime import UTC, datetime
    from uuid import uuid4

    from django.conf import settings
    from django.db import transaction

    from fhirapi.definitions import registry
    from fhirapi.searchparams.index import index
    from fhirapi.store.rows import Row, insert, take_ids

    now = datetime.now(UTC)
    made = []
    for each in resources[:1500]:
        resource = {**each, "id": str(uuid4())}
        resource_type = registry.find(each["resourceType"])
        assert resource_type
        made.append((resource, index(resource_type, resource, settings.FHIR_BASE_URL)))
    rows = [
        Row(row_id, resource, entry, 1, now)
        for row_id, (resource, entry) in zip(take_ids(len(made)), made, strict=True)
    ]
    done, began = 0, time.perf_counter()
    while done < len(rows) and time.perf_counter() - began < SECONDS / 2:
        with transaction.atomic():
            insert(rows[done : done + share])
        done += share
    return done / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
