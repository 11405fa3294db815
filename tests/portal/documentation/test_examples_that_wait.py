"""Examples of what workers do: they see only what has been committed."""

from pathlib import Path

import pytest

from portal.documentation.examples.example import example, names
from tests.portal.documentation.replaying import compare_or_record
from tests.portal.documentation.world import World


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", [each for each in names() if example(each).waits])
def test_an_example_is_answered_as_it_is_shown(name: str, tmp_path: Path) -> None:
    compare_or_record(name, World.made(), tmp_path)
