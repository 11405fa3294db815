"""The workers of a product that runs measure it."""

from typing import Any

import requests

from tests.product import wait_until


def test_everything_is_found_to_work(running: dict[str, Any]) -> None:
    """The first time as soon as a worker runs, then each minute."""
    address = f"{running['base_url']}/status.json"

    def is_well() -> bool:
        told = requests.get(address, timeout=10).json()
        return {each["status"] for each in told["components"]} == {"operational"}

    wait_until(is_well, 130)
    assert "Everything works" in requests.get(f"{running['base_url']}/status/", timeout=10).text
