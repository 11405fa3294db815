"""The workers of a product that runs measure it."""

from typing import Any

import requests

from tests.product import wait_until

WORKING = {"operational", "degraded_performance"}
"""A machine that is busy with tests may be slow."""
COMPONENTS = 6


def test_everything_is_found_to_work(running: dict[str, Any]) -> None:
    """The first time as soon as a worker runs, then each minute."""
    address = f"{running['base_url']}/status.json"

    def is_found_to_work() -> bool:
        told = requests.get(address, timeout=30).json()
        return {each["status"] for each in told["components"]} <= WORKING

    wait_until(is_found_to_work, 300)
    page = requests.get(f"{running['base_url']}/status/", timeout=30).text
    assert page.count("of the minutes that were measured;") == COMPONENTS
