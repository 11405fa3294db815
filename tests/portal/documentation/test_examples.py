"""Every request that the documentation shows is answered as it says there.

With ``RECORD_EXAMPLES`` (``python -m tools.examples``) what is answered is written down instead.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction

from fhirapi.store import exact
from portal.documentation.chapters import CHAPTERS
from portal.documentation.examples.example import example, names
from portal.documentation.examples.shown import curl
from tests.portal.documentation.replaying import compare_or_record
from tests.portal.documentation.world import World

every_example = pytest.mark.parametrize("name", names())
# One world for all of them, on one worker.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("documentation-examples")]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield World.made()
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", [each for each in names() if not example(each).waits])
def test_an_example_is_answered_as_it_is_shown(world: World, name: str, tmp_path: Path) -> None:
    compare_or_record(name, world, tmp_path)


@every_example
def test_the_shell_makes_of_what_is_shown_what_is_asked(name: str) -> None:
    """``curl`` is given each argument whole, and nothing is left to the shell's own signs."""
    for step in example(name).steps:
        variables = set(re.findall(r"\$([A-Z][A-Z0-9_]*)", curl(step, "")))
        says = 'curl() { for each in "$@"; do printf "%s\\0" "$each"; done; }\n'
        told = subprocess.run(
            ["bash", "-uc", says + curl(step, "")], capture_output=True, text=True, check=False,
            env={each: f"${each}" for each in variables},
        )  # fmt: skip
        assert told.returncode == 0, told.stderr
        arguments = told.stdout.split("\0")[:-1]
        assert arguments[0] == step.address
        for name, value in (step.form or {}).items():
            assert f"{name}={value}" in arguments
        if step.json is not None:
            sent = arguments[arguments.index("-d") + 1]
            assert exact.parse(sent) == step.json
        assert arguments.count("-H") == len(step.headers or {}) + step.has_token


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda each: each.slug)
def test_no_chapter_shows_a_request_that_nobody_has_tried(chapter: Any) -> None:
    """Requests come from examples alone, which each run of the suite asks again."""
    source = Path(settings.ROOT, "templates", chapter.source).read_text(encoding="utf-8")
    assert not re.search(r"\bcurl\s+\S|^\s*(```|~~~)\s*(sh|bash|http)\b", source, re.MULTILINE)
