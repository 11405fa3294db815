"""Finds every page by itself: from the URL conf, and by the links on pages already found.

So a page that somebody adds is looked at without being named anywhere, one of each route.
"""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple
from uuid import UUID

from django.urls import Resolver404, URLPattern, resolve, reverse
from playwright.sync_api import Page

from portal.connections.urls import below_fhir_base as connections
from portal.consent.urls import below_fhir_base as consent
from portal.urls import urlpatterns as portal

_LINK = re.compile(r'<a [^>]*?href="(/[^"#]*)')
_DUMMIES = {"int": 999_999, "str": "no-such-thing", "slug": "no-such-thing", "uuid": UUID(int=0)}


class Found(NamedTuple):
    route: str
    address: str
    html: str


def routes() -> dict[str, URLPattern]:
    """Every route of a page by its name, as ``reverse`` wants it."""
    ours = [("portal", portal), ("fhir", connections), ("fhir", consent)]
    return {
        f"{space}:{each.name}": each for space, patterns in ours for each in patterns if each.name
    }


def starts() -> list[str]:
    """The addresses that need to know nothing."""
    return [reverse(name) for name, each in routes().items() if not each.pattern.converters]


def with_dummies(name: str) -> str:
    converters = routes()[name].pattern.converters.items()
    kinds = {key: type(each).__name__.removesuffix("Converter").lower() for key, each in converters}
    return reverse(name, kwargs={key: _DUMMIES.get(kind, "x") for key, kind in kinds.items()})


def pages(page: Page, known: Collection[str] = ()) -> Iterator[Found]:
    """Every page that whoever is signed in reaches, but for known routes."""
    waiting, asked, seen = starts(), set(), set(known)
    while waiting:
        address = waiting.pop(0)
        name = route_of(address)
        if name is None or name in seen or address in asked:
            continue
        asked.add(address)
        answer = page.request.get(address, max_redirects=0)
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        seen.add(name)
        found = Found(name, address, answer.text())
        waiting += _LINK.findall(found.html)
        yield found


def route_of(address: str) -> str | None:
    try:
        name = resolve(address.partition("?")[0]).view_name
    except Resolver404:
        return None
    return name if name in routes() else None
