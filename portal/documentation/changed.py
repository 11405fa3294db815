"""When each chapter changed last: the digest of what it says, and since which version and day.

A checkout does not know its history, and a date that somebody keeps by hand is soon wrong. So
``python -m tools.chapters`` compares what a chapter says with the digest that was kept, and writes
the day where they differ; the suite refuses a chapter that says something else than was kept.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import orjson
from django.conf import settings
from django.template.loader import get_template

from portal.documentation.chapters import Chapter
from portal.documentation.written import markdown_of

FILE = Path(__file__).parent / "changed.json"


class Change(NamedTuple):
    digest: str
    version: str
    """Of the product, in which it came to say this."""
    on: date


@cache
def changes() -> dict[str, Change]:
    """By the chapters' slugs."""
    found = orjson.loads(FILE.read_bytes()) if FILE.exists() else {}
    return {slug: Change(told[0], told[1], date.fromisoformat(told[2]))
            for slug, told in found.items()}  # fmt: skip


def changed(chapter: Chapter) -> Change | None:
    """None while nobody has kept it yet."""
    return changes().get(chapter.slug)


def digest_of(chapter: Chapter) -> str:
    """Where no setting but the address was changed. Of what is live: the template."""
    said = _source(chapter) if chapter.is_live else markdown_of(chapter, is_open=True)
    said = f"{chapter.title}\n{chapter.summary}\n{said}".replace(settings.BASE_URL, "")
    return sha256(said.encode()).hexdigest()[:16]


def _source(chapter: Chapter) -> str:
    origin = get_template(chapter.source).origin.name  # type: ignore[attr-defined]
    return Path(origin).read_text(encoding="utf-8")


def write(found: Mapping[str, Change]) -> None:
    """A line for each chapter, so that a change is seen."""
    lines = (
        f'"{slug}": {orjson.dumps([each.digest, each.version, f"{each.on}"]).decode()}'
        for slug, each in found.items()
    )
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    changes.cache_clear()
