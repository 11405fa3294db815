"""One product that all attacks of this folder are on, behind a proxy that it trusts.

So each test comes from an address of its own, and uses up nobody else's limits.
"""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.plan import product_folder
from tests.product import Product
from tests.security.attacker import Attacker

_numbers = count(1)
LIMITS = {
    "REQUESTS_A_MINUTE": "200",
    "OPEN_REQUESTS_A_MINUTE": "150",
    "FAILURES_A_MINUTE": "30",
    "SIGN_IN_FAILURES_OF_ADDRESS": "8",
    "SIGN_IN_FAILURES_OF_ACCOUNT": "8",
}


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On one worker: one product is enough."""
    for item in items:
        if "target" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("security"))


@pytest.fixture(scope="session")
def target() -> Iterator[Product]:
    """Set up so that limits can be reached; its log tells as much as an operator could want."""
    with product_folder() as folder:
        settings = {"TRUSTED_PROXIES": "127.0.0.1", "LOG_LEVEL": "INFO", "WEB_WORKERS": "2"}
        product = Product(folder / "data", **settings, **LIMITS)
        product.start()
        try:
            product.wait_until_ready()
            yield product
        finally:
            product.interrupt()


@pytest.fixture
def attacker(target: Product) -> Attacker:
    return Attacker(target, f"203.0.113.{next(_numbers)}")


@pytest.fixture
def other(target: Product) -> Attacker:
    """Somebody elsewhere."""
    return Attacker(target, f"198.51.100.{next(_numbers)}")
