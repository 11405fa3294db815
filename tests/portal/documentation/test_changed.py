"""When a chapter changed last is told on it, from what it says and not by hand."""

import os
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from portal.documentation import changed
from portal.documentation.chapters import CHAPTERS, Chapter, Part, by_slug
from portal.documentation.version import version
from tests.portal.ui.browser import text


def of_today() -> dict[str, changed.Change]:
    """Those that say something else than before are of this day and version."""
    before, today, found = changed.changes(), datetime.now(UTC).date(), {}
    for each in CHAPTERS:
        new = changed.Change(changed.digest_of(each), version(), today)
        kept = before.get(each.slug, new)
        found[each.slug] = kept if kept.digest == new.digest else new
    return found


def test_every_chapter_says_what_it_said_on_the_day_that_is_kept() -> None:
    if os.environ.get("RECORD_CHAPTERS"):  # tools/chapters.py
        changed.write(of_today())
    kept = {slug: each.digest for slug, each in changed.changes().items()}
    assert kept == {each.slug: changed.digest_of(each) for each in CHAPTERS}, (
        "python -m tools.chapters"
    )


def test_what_a_chapter_says_is_what_counts() -> None:
    before = changed.digest_of(by_slug("limits"))
    assert changed.digest_of(by_slug("errors")) != before
    renamed = Chapter("limits", "Limits", "Another summary.", Part.REFERENCE,
                      facts=by_slug("limits").facts)  # fmt: skip
    assert changed.digest_of(renamed) != before


@pytest.mark.django_db
def test_a_page_and_its_markdown_tell_it(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = changed.Change("0", "0.7.0", date(2026, 3, 9))
    monkeypatch.setattr(changed, "changes", lambda: {"errors": told})
    assert "last changed on 03/09/2026, in version 0.7.0" in text(
        client.get("/api-documentation/errors")
    )
    source = client.get("/api-documentation/errors.md").content.decode()
    assert "last changed on 2026-03-09, in version 0.7.0." in source
