"""A chapter's template filled in. What comes out is Markdown, for people and machines alike."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates

from fhirapi.search.query import DEFAULT_COUNT, MAX_COUNT
from portal.documentation.chapters import Chapter, find
from portal.ui.addresses import addresses


def markdown_of(chapter: Chapter) -> str:
    return _markdown(chapter.slug, settings.BASE_URL)


@lru_cache(maxsize=512)
def _markdown(slug: str, base_url: str) -> str:
    """Once a process: nothing that a chapter tells changes while it runs."""
    chapter = find(slug)
    assert chapter is not None  # noqa: S101 - only asked of chapters
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)  # noqa: S101
    template = engine.engine.get_template(chapter.source)
    # Markdown escapes for itself, where it becomes HTML; raw HTML in it is shown as text.
    context = Context({**_facts(), **chapter.facts()}, autoescape=False, use_l10n=False)
    return str(template.render(context)).strip() + "\n"


def _facts() -> dict[str, Any]:
    """What any chapter may name."""
    return {
        "addresses": addresses(),
        "settings": settings,
        "default_count": DEFAULT_COUNT,
        "max_count": MAX_COUNT,
    }
