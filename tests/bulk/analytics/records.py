"""The synthetic records that tests of flat views look at."""

from collections import defaultdict
from functools import cache
from itertools import chain
from typing import Any

import orjson

from fhirapi.synthetic.population import practice, record

SEED, PATIENTS = 11, 30


@cache
def contents() -> dict[str, list[bytes]]:
    """Each resource as it stands in a line of NDJSON, by type."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for each in chain(practice(SEED), *(record(SEED, number) for number in range(PATIENTS))):
        found[each["resourceType"]].append(orjson.dumps(each))
    return dict(found)


@cache
def resources(resource_type: str) -> list[dict[str, Any]]:
    return [orjson.loads(content) for content in contents()[resource_type]]
