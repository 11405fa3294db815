"""What share of a read the token check takes: the signature's claims, and who may in the statement.

    PATIENTS=50 python -m benchmarks.token_check

In one process, without a web server, so that nothing hides it. The check is what ``authenticated``
takes, and by how much a statement that only finds the caller is slower than one that does nothing.
"""

import io
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.world import World, world

ROUNDS, CALLS = 9, 400


def main() -> None:
    os.environ["ALLOWED_HOSTS"] = "localhost"
    with world() as made:
        read, check, caller, nothing = _parts(made)
        shares = []
        for _ in range(ROUNDS):
            whole = _microseconds(read)
            asked = _microseconds(check) + _microseconds(caller) - _microseconds(nothing)
            shares.append(asked / whole)
            print(f"read {whole:.0f} us, its token check {asked:.0f} us: {shares[-1]:.0%}")
        print(f"Median {median(shares):.0%} (asked for: at most 15 %)")


def _microseconds(deed: Callable[[], Any]) -> float:
    began = time.perf_counter()
    for _ in range(CALLS):
        deed()
    return (time.perf_counter() - began) / CALLS * 1e6


def _parts(made: World) -> list[Callable[[], Any]]:
    from django.test import RequestFactory

    from fhirapi.rest.view import authenticated
    from fhirapi.sql import Statement
    from fhirapi.store.caller import CALLER
    from qsmartcare.wsgi import application

    environ = RequestFactory(HTTP_AUTHORIZATION=f"Bearer {made.access_token}").get(
        f"/R4-patient-api/Patient/{made.patient_ids[0]}"
    ).environ  # fmt: skip
    environ["HTTP_HOST"] = "localhost"
    request = RequestFactory(HTTP_AUTHORIZATION=f"Bearer {made.access_token}").get("/")
    caller, _ = authenticated(request)
    found = Statement(f"WITH {CALLER} SELECT account_id FROM caller")  # noqa: S608 - a constant
    nothing = Statement("SELECT %(token)s::text")

    def read() -> None:
        statuses: list[str] = []
        answer = application(
            {**environ, "wsgi.input": io.BytesIO()}, lambda status, *_: statuses.append(status)
        )
        b"".join(answer)
        assert statuses == ["200 OK"]

    return [
        read,
        lambda: authenticated(request),
        lambda: found.fetch_one(caller.parameters()),
        lambda: nothing.fetch_one({"token": "x"}),
    ]


if __name__ == "__main__":
    main()
