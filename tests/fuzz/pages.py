"""Every route of the URL conf with made-up parts, and every form that a person can reach.

Forms are found as a browser finds them: by links, from page to page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from hypothesis import strategies as st

from tests.fuzz import values
from tests.fuzz.headers import odd
from tests.fuzz.searches import Samples
from tests.fuzz.sending import Answer, Line, NoAnswer, Request, encoded, query
from tests.fuzz.world import Asker

_PART = re.compile(r"<(?:(\w+):)?(\w+)>")
_SECRET = "a" * 32  # somebody without a session
_ELSEWHERE = re.compile(r"^/(?:sign-out|static|admin/logout|demo/outbox)")
_QUERIES = (
    "q",
    "page",
    "next",
    "type",
    "since",
    "until",
    "app",
    "sort",
    "id",
    "patient",
    "from",
    "to",
    "e",
    "o",
    "p",
    "who",
    "action",
    "format",
    "lang",
    "language",
    "status",
)


@cache
def templates() -> list[str]:
    """``/portal/api/<str:key>/``: of all addresses, the administration's among them."""
    return sorted(set(_templates(get_resolver().url_patterns, "/")))


def _templates(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for each in patterns:
        if not isinstance(each.pattern, RoutePattern):
            yield before + re.sub(r"\\|[\^$]|\(\?:|\(\?P<(\w+)>|\)\??", "", str(each.pattern))
        elif isinstance(each, URLResolver):
            yield from _templates(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern)


@st.composite
def routes(
    draw: st.DrawFn, samples: Samples, *, methods: tuple[str, ...], below: str = "/"
) -> Request:
    template = draw(st.sampled_from([each for each in templates() if each.startswith(below)]))
    path = _PART.sub(lambda found: draw(_part(found[1] or "str", samples)), template)
    pairs = draw(
        st.lists(
            st.tuples(
                st.one_of(st.sampled_from(_QUERIES), values.name()),
                st.one_of(st.sampled_from(("1", "0", "2")), values.text()),
            ),
            max_size=2,
        )
    )
    method = draw(st.sampled_from(methods))
    headers = draw(odd())
    if method in ("GET", "HEAD", "DELETE", "OPTIONS"):
        return Request(method, f"{path}?{query(pairs)}" if pairs else path, headers)
    sent = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    return Request(method, path, sent, query(pairs).encode())


def _part(kind: str, samples: Samples) -> st.SearchStrategy[str]:
    known = {
        "int": st.sampled_from(("1", "2", "3", "0", "99999999999999999999", "2147483648")),
        "uuid": st.uuids().map(str),
        "fhirtype": st.sampled_from(sorted(samples)),
        "kind": st.sampled_from(("patients", "observations", "allergies", "encounters", "x")),
        "recordid": st.sampled_from([*samples["Patient"], "x"]),
    }.get(kind, st.sampled_from([*samples["Patient"], "1", "x", "142859"]))
    return st.one_of(known, known, values.text().map(encoded))


@dataclass(frozen=True)
class Form:
    action: str
    method: str
    fields: tuple[tuple[str, str], ...]


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address
        self.links: list[str] = []
        self.found: list[Form] = []
        self._form: tuple[str, str] | None = None
        self._fields: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in known:
            self.links.append(urljoin(self._address, known["href"]))
        elif tag == "form":
            action = urljoin(self._address, known.get("action", ""))
            self._form, self._fields = (action, known.get("method", "get").upper()), []
        elif tag in ("input", "select", "textarea", "button", "option") and known.get(
            "name", tag == "option"
        ):
            name = known.get("name", self._fields[-1][0] if self._fields else "")
            self._fields.append((name, known.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form:
            fields = tuple(dict.fromkeys((name, value) for name, value in self._fields if name))
            self.found.append(Form(*self._form, fields))
            self._form = None


def forms(line: Line, asker: Asker, starts: list[str], most: int) -> list[Form]:
    """Of all pages that links lead to."""
    waiting, seen, found = list(starts), set(starts), dict[Form, None]()
    shapes: dict[str, int] = {}
    while waiting and len(shapes) < most:
        address = waiting.pop(0)
        shape = re.sub(r"\d+|[0-9A-Fa-f-]{12,}|=[^&]*", "*", address)
        shapes[shape] = shapes.get(shape, 0) + 1
        if shapes[shape] > 2 or (answer := _opened(line, asker, address)) is None:
            continue
        read = _Forms(address)
        read.feed(answer.text)
        found |= dict.fromkeys(each for each in read.found if not _ELSEWHERE.match(each.action))
        for link in read.links:
            parts = urlsplit(link)
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            if not parts.netloc and path not in seen and not _ELSEWHERE.match(path):
                seen.add(path)
                waiting.append(path)
    return list(found)


def _opened(line: Line, asker: Asker, address: str) -> Answer | None:
    try:
        answer = line.send(Request("GET", address, asker.headers))
    except (NoAnswer, ValueError):
        return None
    return answer if answer.status == 200 and answer.media_type == "text/html" else None


@st.composite
def filled(draw: st.DrawFn, found: list[Form], asker: Asker) -> Request:
    """A form with some of its fields changed, with or without what proves whose page it was on."""
    cookie = asker.headers.get("Cookie", f"csrftoken={_SECRET}")
    secret = re.search(r"csrftoken=(\w+)", cookie)
    form = draw(st.sampled_from(found))
    is_proven = draw(st.sampled_from((True, True, True, True, False)))
    pairs = []
    for name, value in form.fields:
        if name == "csrfmiddlewaretoken":
            # The cookie's own value is as good as what the form has, and stays so.
            pairs += [(name, secret[1])] if is_proven and secret else []
        elif draw(st.sampled_from((True, True, False))):
            pairs.append((name, draw(st.one_of(st.just(value), values.text()))))
    if draw(st.sampled_from((False, False, True))):
        pairs.append((draw(values.name()), draw(values.text())))
    if form.method == "GET":
        path = form.action.partition("?")[0]
        return Request("GET", f"{path}?{query(pairs)}", draw(odd()))
    sent = {"Content-Type": "application/x-www-form-urlencoded", **draw(odd()), "Cookie": cookie}
    return Request("POST", form.action or "/", sent, query(pairs).encode())
