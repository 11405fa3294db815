"""More than the product can do: some is turned away, some answered, and afterwards all."""

import asyncio
import time
from collections import Counter

from benchmarks.overload import Clients
from benchmarks.wire import get
from tests.faults.conftest import Installation
from tests.product import wait_until

_MANY = 1500  # clients that ask again as soon as they have an answer
_ENOUGH = 20
_PATIENCE = 60  # seconds


def test_what_is_too_much_is_turned_away_and_the_rest_answered(installation: Installation) -> None:
    app = installation.load("overload").app
    request = get("/R4-patient-api/Observation?_count=1000&_total=accurate", app.token)
    answers = asyncio.run(_ask_until_some_are_turned_away(installation.product.port, request))
    assert set(answers) == {"200", "503"}
    wait_until(lambda: app.get("Observation", _count="1").status_code == 200)
    again = [app.get("Observation", _count="1").status_code for _ in range(_ENOUGH)]
    assert again == [200] * _ENOUGH
    wait_until(lambda: "requests were turned away" in installation.product.output)


async def _ask_until_some_are_turned_away(port: int, request: bytes) -> Counter[str]:
    clients, answers = Clients(port), Counter[str]()
    until = time.monotonic() + _PATIENCE

    def is_over() -> bool:
        seen = min(answers["200"], answers["503"])
        return seen >= _ENOUGH or time.monotonic() > until

    async def client() -> None:
        while not is_over():
            answers[await clients.ask(request)] += 1

    await asyncio.gather(*(client() for _ in range(_MANY)))
    await clients.close()
    return answers
