"""Pictures of our own pages in the documentation: light and dark, and no jump while they load.

``name.webp`` lies below ``static/img``; ``name-dark.webp`` beside it is for those who read in dark.
``make screenshots`` makes them. A browser knows their size beforehand and fetches them when they
come into sight. https://html.spec.whatwg.org/multipage/images.html
"""

from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from PIL import Image


class NoSuchPicture(LookupError):
    """There is no such file: `make screenshots`."""


def picture(path: str, alt: str) -> SafeString:
    """``path`` as ``img/guide/key.webp``. Raises NoSuchPicture."""
    width, height = _size(path)
    image = format_html(
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">',
        static(path), alt, width, height,
    )  # fmt: skip
    dark = path.replace(".webp", "-dark.webp")
    if _place(dark) is None:
        return image
    return format_html(
        '<picture><source srcset="{}" media="(prefers-color-scheme: dark)">{}</picture>',
        static(dark), image,
    )  # fmt: skip


@lru_cache(maxsize=200)
def _size(path: str) -> tuple[int, int]:
    found = _place(path)
    if found is None:
        raise NoSuchPicture(path)
    with Image.open(found) as image:
        return image.size


@lru_cache(maxsize=400)
def _place(path: str) -> Path | None:
    found = finders.find(path)
    return Path(found) if isinstance(found, str) else None
