"""The tags of the chapters' templates; Django's settings name them for all templates."""

from django.conf import settings
from django.template import Library

from portal.documentation.examples.example import example as find
from portal.documentation.examples.shown import markdown

register = Library()


@register.simple_tag
def example(name: str, step: int | None = None) -> str:
    """Requests and answers of an example, or of one of its steps (from 1), as Markdown."""
    return markdown(find(name), settings.BASE_URL, step)
