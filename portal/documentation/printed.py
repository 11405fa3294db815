"""All chapters as one page: headings a level lower, links between chapters within the page."""

import re
from functools import lru_cache
from typing import NamedTuple

from django.urls import reverse

from portal.documentation.chapters import CHAPTERS, Chapter
from portal.documentation.markdown import page
from portal.documentation.written import markdown_of

_IDS = re.compile(r'(?:\bid="|href="#|data-copy="|aria-labelledby="|url\(#)(?=[^"])')


class Printed(NamedTuple):
    chapter: Chapter
    id: str
    html: str


@lru_cache(maxsize=2)
def printed(_base_url: str) -> list[Printed]:
    return [Printed(each, _id(each.slug), _html(each)) for each in CHAPTERS]


def _id(slug: str) -> str:
    return slug.replace("/", "-")


def _html(chapter: Chapter) -> str:
    prefix = f"{_id(chapter.slug)}--"
    html = page(markdown_of(chapter)).html
    html = _IDS.sub(rf"\g<0>{prefix}", html)
    html = re.sub(r"(</?h)([2-5])(?=[ >])", lambda tag: f"{tag[1]}{int(tag[2]) + 1}", html)
    return _links().sub(_within, html)


@lru_cache(maxsize=1)
def _links() -> re.Pattern[str]:
    slugs = "|".join(sorted((re.escape(each.slug) for each in CHAPTERS), key=len, reverse=True))
    start = re.escape(reverse("portal:chapter", args=["x"])[:-1])
    return re.compile(rf'href="{start}(?P<slug>{slugs})(?:#(?P<heading>[\w-]+))?"')


def _within(link: re.Match[str]) -> str:
    target = _id(link["slug"])
    return f'href="#{target}--{link["heading"]}"' if link["heading"] else f'href="#{target}"'
