"""The searches that clinical apps send, audit included, each against the floor of the same run.

    PATIENTS=1000 python -m benchmarks.search

Requests go round over the patients of a key. A page of entries is compared with the bare bundle
(fifty stored Observations put together by one statement), what is smaller with the bare read.
"""

import os
from statistics import median

from benchmarks.wire import Measured, get, measure, server
from benchmarks.world import World, world

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = float(os.environ.get("SECONDS", "3"))
BASE = "/R4-patient-api"

# What it is called, the request, the floor, the least ratio that is asked for.
PAGES = "Observation?patient={id}&category=laboratory,vital-signs&date=ge2015&_sort=-date&_count=50"
WORKLOAD = [
    ("read by id", "Patient/{id}", "read", 0.6),
    ("50 observations", PAGES, "bundle", 0.5),
    ("laboratory", "Observation?patient={id}&category=laboratory&_count=50", "bundle", None),
    ("one code", "Observation?patient={id}&code=http://loinc.org|4548-4", "read", None),
    ("conditions", "Condition?patient={id}&clinical-status=active", "read", None),
    ("with Provenance", "Condition?patient={id}&_revinclude=Provenance:target", "read", None),
    ("prescriptions", "MedicationRequest?patient={id}&intent=order"
                      "&_include=MedicationRequest:medication&_count=50", "bundle", None),
    ("name + birthdate", "Patient?family=larson&birthdate=1978-04-12", "read", None),
    ("identifier", "Patient?identifier=9999094", "read", None),
    ("$everything", "Patient/{id}/$everything?_count=50", "bundle", None),
]  # fmt: skip


def main() -> None:
    with (
        world() as made,
        server("qsmartcare.wsgi:application", 8301),
        server("benchmarks.floor:application", 8302),
    ):
        floors = {
            "read": [get(f"/Patient/{each}") for each in made.patient_ids],
            "bundle": [get(f"/bundle/{each}") for each in made.patient_ids],
        }
        print(f"{'':18}{'answers/s':>10}{'p50 ms':>8}{'bytes':>9}{'floor/s':>9}{'ratio':>7}")
        for name, path, floor, asked in WORKLOAD:
            _compare(name, _requests(path, made), floors[floor], asked)


def _requests(path: str, made: World) -> list[bytes]:
    paths = (f"{BASE}/{path.format(id=each)}" for each in made.patient_ids)
    return [get(each, made.access_token) for each in dict.fromkeys(paths)]


def _compare(name: str, ours: list[bytes], floor: list[bytes], asked: float | None) -> None:
    measure(8301, ours, 1), measure(8302, floor, 1)  # warm up
    rounds = [(measure(8301, ours, SECONDS), measure(8302, floor, SECONDS)) for _ in range(ROUNDS)]
    mine = _middle([mine for mine, _ in rounds])
    ratio = median(mine.rate / bare.rate for mine, bare in rounds)
    bare_rate = median(bare.rate for _, bare in rounds)
    aim = f"  (asked for: {asked})" if asked else ""
    print(f"{name:18}{mine.rate:10.0f}{mine.median:8.1f}{mine.size:9.0f}"
          f"{bare_rate:9.0f}{ratio:7.2f}{aim}", flush=True)  # fmt: skip


def _middle(measured: list[Measured]) -> Measured:
    return sorted(measured, key=lambda each: each.rate)[len(measured) // 2]


if __name__ == "__main__":
    main()
