"""How the suite runs: what drives a running product shares one with all others on its worker."""

import gc
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from tests.prepared import put_started_product_into
from tests.product import Product


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end; nobody need look through it for rubbish."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What drives a product goes first, since nobody wants to wait for the longest at the end;
    a file stays on one worker, since what its fixtures make takes long.
    """
    ours = [item for item in items if item.path.parent.name in ("running", "browser", "faults")]
    for item in ours:
        item.add_marker(pytest.mark.running)
        if "running_product" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
        if item.path.parent.name == "faults":
            item.add_marker(pytest.mark.xdist_group("faults"))
    items.sort(key=lambda item: item.get_closest_marker("running") is None)


def pytest_runtest_setup() -> None:
    """A request in Spanish leaves its language to the thread, and so to the next test."""
    translation.deactivate()


@contextmanager
def product_folder() -> Iterator[Path]:
    """Not pytest's own: it closes its folders to others, and the database may be another user."""
    folder = Path(tempfile.mkdtemp(prefix="qsmartcare-running-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def running(running_product: Product) -> dict[str, Any]:
    """What ``demo.json`` says about the product that all these tests share."""
    return running_product.wait_until_ready()


@pytest.fixture(scope="session")
def running_product() -> Iterator[Product]:
    """Afterwards Ctrl-C has to end all of it."""
    with product_folder() as folder:
        put_started_product_into(folder / "data")
        product = Product(folder / "data")
        product.start()
        try:
            yield product
        finally:
            exit_code = product.interrupt()
        assert exit_code == 0
        assert product.processes() == []
