"""A folder for products that a test starts itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plan import product_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with product_folder() as made:
        yield made
