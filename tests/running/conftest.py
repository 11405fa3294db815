"""Folders for products that a test starts itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plan import product_folder
from tests.prepared import put_started_product_into


@pytest.fixture
def folder() -> Iterator[Path]:
    with product_folder() as made:
        yield made


@pytest.fixture
def used_folder(folder: Path) -> Path:
    """As a first start of a product has left it, which takes twice as long as any later one."""
    put_started_product_into(folder / "data")
    return folder
