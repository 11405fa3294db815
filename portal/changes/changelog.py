"""CHANGELOG.md as releases of HTML. https://keepachangelog.com

Rendered once a process: the file is part of what runs. Only links that lead outside are kept, for
the files of the project are not on the web.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from django.utils.safestring import SafeString
from django.utils.text import slugify
from markdown_it import MarkdownIt

_FILE = Path(__file__).resolve().parent.parent.parent / "CHANGELOG.md"
_RELEASE = re.compile(
    r"^## +\[?(?P<name>[^\]\n]+?)\]?(?: +- +(?P<day>\d{4}-\d{2}-\d{2}))? *$", re.M
)
_INNER_LINK = re.compile(r"\[([^\]]+)\]\((?!https?://)[^)]*\)")


@dataclass(frozen=True)
class Release:
    key: str
    """For its link: ``v1-2-0``."""
    name: str
    day: date | None
    """None: not released yet."""
    body: SafeString

    @property
    def moment(self) -> datetime:
        """For feeds; of what is not released, when the file was written."""
        if self.day is None:
            return datetime.fromtimestamp(_FILE.stat().st_mtime, UTC)
        return datetime.combine(self.day, datetime.min.time(), UTC)


@cache
def releases() -> tuple[Release, ...]:
    """The newest first, as the file has them."""
    return parse(_FILE.read_text("utf-8"))


def parse(text: str) -> tuple[Release, ...]:
    found = list(_RELEASE.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    return tuple(
        _release(match, text[match.end() : end]) for match, end in zip(found, ends, strict=True)
    )


def _release(match: re.Match[str], body: str) -> Release:
    name, day = match["name"].strip(), match["day"]
    key = f"v{slugify(name.replace('.', '-'))}"
    return Release(key, name, date.fromisoformat(day) if day else None, _html(body))


def _html(text: str) -> SafeString:
    """HTML in the file is shown as text; headings are one step below the release's."""
    markdown = MarkdownIt("commonmark", {"html": False})
    rendered: str = markdown.render(_INNER_LINK.sub(r"\1", text))
    return SafeString(rendered)  # what the file has is escaped by then
