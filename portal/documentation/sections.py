"""The chapters cut at their headings: what a search finds, each with an address of its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.documentation.chapters import CHAPTERS, Chapter
from portal.documentation.markdown import headings
from portal.documentation.written import markdown_of

_HEADING = re.compile(r"^#{2,3} ")
_FENCE = re.compile(r"^(`{3,}|~{3,})(?P<language>\w*)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_SIGNS = re.compile(r"\\(?=\|)|[*`>]|^\|[-| ]+\|$")
_BARS = re.compile(r"(?<!\\)\s*\|\s*")


@dataclass(frozen=True)
class Section:
    chapter: Chapter
    heading: str
    """Empty for what stands before the first one."""
    id: str
    text: str
    """Without Markdown's signs, and without the answers of examples."""

    @property
    def address(self) -> str:
        return f"{self.chapter.address}#{self.id}" if self.id else self.chapter.address


def every() -> Iterator[Section]:
    for chapter in CHAPTERS:
        yield from _of(chapter)


def _of(chapter: Chapter) -> Iterator[Section]:
    source = markdown_of(chapter)
    found_headings = iter(headings(source))
    heading, id_, lines = "", "", [chapter.summary]
    for line, language in _lines(source):
        if not language and _HEADING.match(line):
            yield Section(chapter, heading, id_, _plain(lines))
            found = next(found_headings)
            heading, id_, lines = found.text, found.id, []
        elif language != "http":
            lines.append(line)
    yield Section(chapter, heading, id_, _plain(lines))


def _lines(source: str) -> Iterator[tuple[str, str]]:
    """Each with the language of the sample in which it stands."""
    fence, language = "", ""
    for line in source.splitlines():
        if fence:
            if line.startswith(fence):
                fence, language = "", ""
                continue
        elif match := _FENCE.match(line):
            fence, language = match[1], match["language"] or "text"
            continue
        yield line, language


def _plain(lines: list[str]) -> str:
    said = (_BARS.sub(" ", _SIGNS.sub("", _LINK.sub(r"\1", line))).strip() for line in lines)
    return " ".join(each for each in said if each)
