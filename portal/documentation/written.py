"""A chapter's template filled in. What comes out is Markdown, for people and machines alike."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates

from fhirapi.search.cost import DEFAULT_COUNT, MAX_COUNT
from portal.documentation.chapters import Chapter, by_slug
from portal.ui.addresses import addresses


def markdown_of(chapter: Chapter, *, is_open: bool = False) -> str:
    """``is_open``: for a reader who may read what is closed to others."""
    is_open = is_open or not chapter.closed
    if chapter.is_live:
        return _written(chapter, is_open)
    return _markdown(chapter.slug, is_open, settings.BASE_URL)


@lru_cache(maxsize=512)
def _markdown(slug: str, is_open: bool, base_url: str) -> str:
    """Once a process: nothing that most chapters tell changes while it runs."""
    return _written(by_slug(slug), is_open)


def _written(chapter: Chapter, is_open: bool) -> str:
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)  # noqa: S101
    template = engine.engine.get_template(chapter.source if is_open else chapter.closed_source)
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
