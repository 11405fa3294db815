"""The tags of the chapters' templates; Django's settings name them for all templates."""

from collections.abc import Iterable

from django.conf import settings
from django.template import Library

from portal.documentation.examples.example import example as find
from portal.documentation.examples.shown import markdown
from portal.documentation.markdown import id_of

register = Library()


@register.simple_tag
def example(name: str, step: int | None = None) -> str:
    """Requests and answers of an example, or of one of its steps (from 1), as Markdown."""
    return markdown(find(name), settings.BASE_URL, step)


@register.filter
def cell(text: str) -> str:
    """For a cell of a table, whose bars are its borders."""
    return str(text).replace("|", "\\|").replace("\n", " ")


@register.filter
def ticked(words: Iterable[str]) -> str:
    """Each as code, with commas between them."""
    return ", ".join(f"`{each}`" for each in words)


@register.filter
def anchor(heading: str) -> str:
    """What a link to it ends with."""
    return id_of(heading)
