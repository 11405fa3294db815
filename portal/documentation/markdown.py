"""Markdown as the portal's HTML: linkable headings, wide tables that scroll, samples with Copy.

Raw HTML is shown as text, so nothing that a template is filled with can become markup.
https://spec.commonmark.org/
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.html import escape
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

Env = dict[str, Any]
# Coloured by classes (docs.css): the pages' CSP has no inline styles.
_FORMATTER = HtmlFormatter(nowrap=True, classprefix="hl-")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_NOTES = {"note": "note", "warning": "note warning"}


class Heading(NamedTuple):
    level: int
    id: str
    text: str


class Page(NamedTuple):
    html: str
    headings: list[Heading]
    """Of the levels 2 and 3, for the contents of the page."""


@lru_cache(maxsize=512)
def page(text: str) -> Page:
    """Markdown whose headings begin with level 2: the title stands above it."""
    env: Env = {"headings": [], "samples": 0}
    html = _parser().render(text, env)
    return Page(html, [each for each in env["headings"] if each.level <= 3])


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    rules: dict[str, Callable[..., str]] = {
        "fence": _fence, "heading_open": _heading_open, "heading_close": _heading_close,
        "table_open": _table_open, "table_close": _table_close, "blockquote_open": _note,
    }  # fmt: skip
    for name, rule in rules.items():
        parser.add_render_rule(name, rule)
    return parser


def id_of(text: str) -> str:
    """Of a heading. Code in it counts with its words."""
    return _NO_WORD.sub("-", text.replace("`", "").lower()).strip("-")


def _heading_open(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: Any, env: Env
) -> str:
    token, text = tokens[place], tokens[place + 1].content.replace("`", "")
    taken = {each.id for each in env["headings"]}
    made = base = id_of(text)
    number = 1
    while made in taken:
        number += 1
        made = f"{base}-{number}"
    env["headings"].append(Heading(int(token.tag[1:]), made, text))
    return f'<{token.tag} id="{made}">'


def _heading_close(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: Any, env: Env
) -> str:
    heading = env["headings"][-1]
    label = escape(f"Link to “{heading.text}”")
    link = f'<a class="heading-link" href="#{heading.id}" aria-label="{label}">#</a>'
    return f" {link}</{tokens[place].tag}>\n"


def _fence(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: Any, env: Env
) -> str:
    """`````sh Reading a patient``: the language, then what it is called where it is copied."""
    language, _, name = tokens[place].info.strip().partition(" ")
    env["samples"] += 1
    context = {
        "id": f"sample-{env['samples']}",
        "name": name or "sample",
        "code": _coloured(tokens[place].content.rstrip("\n"), language),
    }
    return render_to_string("documentation/_sample.html", context)


def _coloured(code: str, language: str) -> str:
    try:
        lexer = get_lexer_by_name(language or "text", stripnl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name("text", stripnl=False)
    return highlight(code, lexer, _FORMATTER).rstrip("\n")


def _table_open(*_: Any) -> str:
    return '<div class="wide" tabindex="0"><table>\n'


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


def _note(
    renderer: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Env
) -> str:
    """A quotation that begins with **note** or **warning**."""
    inline = next((each for each in tokens[place:] if each.type == "inline"), None)
    first = inline.content.partition(" ")[0].strip("*:").lower() if inline else ""
    return f'<blockquote class="{_NOTES[first]}">\n' if first in _NOTES else "<blockquote>\n"
