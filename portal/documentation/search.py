"""Finds sections by their words: by the whole word, its beginning, or with one letter wrong.

The index is made once a process, from what the chapters say there.
"""

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from math import log

from django.conf import settings

from portal.documentation.sections import Section, every

_WORD = re.compile(r"_?[a-z0-9]+(?:_[a-z0-9]+)*")
_OF_TITLE, _OF_HEADING, _OF_TEXT = 9.0, 6.0, 1.0
_BEGUN, _NEAR = 0.6, 0.3
"""What a word that only begins so, or is one letter off, is worth of the word itself."""
_PHRASE = 8.0
_SHORTEST_NEAR = 4
_LONGEST_QUERY = 100
_AROUND = 90  # characters of an excerpt on either side of the first word
MOST = 30


@dataclass(frozen=True)
class Piece:
    text: str
    is_found: bool


@dataclass(frozen=True)
class Hit:
    section: Section
    heading: list[Piece]
    excerpt: list[Piece]


@dataclass(frozen=True)
class _Index:
    sections: list[Section]
    words: list[str]
    """In their order, for their beginnings."""
    weights: dict[str, dict[int, float]]
    """Of each word: of what weight it is in which section."""
    texts: list[str]
    """Of each section, folded."""


def search(query: str) -> list[Hit]:
    """The best first. A section has to have all words, or if none has, one of them."""
    index = _index(settings.BASE_URL)
    folded = _fold(query[:_LONGEST_QUERY])
    asked = _WORD.findall(folded)
    if not asked:
        return []
    scores = [_scores(index, word) for word in asked]
    wanted = set.intersection(*map(set, scores)) or set.union(*map(set, scores))
    phrase = " ".join(asked)
    ranked = sorted(
        wanted, key=lambda place: (-_rank(index, place, scores, phrase, len(asked)), place)
    )
    marked = [word for each in asked for word in _marked(index, each)]
    return [_hit(index.sections[place], marked) for place in ranked[:MOST]]


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _words(text: str) -> list[str]:
    """``client_id`` counts as itself and as its parts, ``_has`` as itself and as ``has``."""
    found = _WORD.findall(_fold(text))
    return found + [part for word in found if "_" in word for part in word.split("_") if part]


@lru_cache(maxsize=2)
def _index(_base_url: str) -> _Index:
    sections = list(every())
    weights: dict[str, dict[int, float]] = {}
    for place, section in enumerate(sections):
        counted = {
            word: _OF_TEXT * (1 + log(n)) for word, n in Counter(_words(section.text)).items()
        }
        titles = () if section.heading else _words(section.chapter.title)
        for words, weight in ((titles, _OF_TITLE), (_words(section.heading), _OF_HEADING)):
            for word in words:
                counted[word] = counted.get(word, 0) + weight
        for word, weight in counted.items():
            weights.setdefault(word, {})[place] = weight
    texts = [" ".join(_words(f"{each.heading} {each.text}")) for each in sections]
    return _Index(sections, sorted(weights), weights, texts)


def _scores(index: _Index, asked: str) -> dict[int, float]:
    """Of every section that has the word, or what may be meant by it."""
    found: dict[int, float] = {}
    for word, share in _meant(index, asked):
        rarity = log(1 + len(index.sections) / len(index.weights[word]))
        for place, weight in index.weights[word].items():
            found[place] = max(found.get(place, 0), weight * rarity * share)
    return found


def _meant(index: _Index, asked: str) -> list[tuple[str, float]]:
    found = [(asked, 1.0)] if asked in index.weights else []
    for place in range(bisect_left(index.words, asked), len(index.words)):
        word = index.words[place]
        if not word.startswith(asked):
            break
        if word != asked:
            found.append((word, _BEGUN))
    if found or len(asked) < _SHORTEST_NEAR:
        return found
    return [(word, _NEAR) for word in index.words if _is_near(asked, word)]


def _marked(index: _Index, asked: str) -> list[str]:
    """What begins so, or what was meant by it."""
    near = [word for word, share in _meant(index, asked) if share == _NEAR]
    return near or [asked]


def _is_near(asked: str, word: str) -> bool:
    """Whether the word begins as asked but for one letter: wrong, missing, too many or swapped."""
    pairs = enumerate(zip(asked, word, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(asked), len(word)))
    is_swapped = len(asked) > at + 1 and asked[at : at + 2] == word[at : at + 2][::-1]
    return (
        (len(word) > at and word.startswith(asked[at + 1 :], at + 1))
        or word.startswith(asked[at + 1 :], at)
        or word.startswith(asked[at:], at + 1)
        or (is_swapped and word.startswith(asked[at + 2 :], at + 2))
    )


def _rank(
    index: _Index, place: int, scores: list[dict[int, float]], phrase: str, words: int
) -> float:
    total = sum(each.get(place, 0) for each in scores)
    is_together = words > 1 and phrase in index.texts[place]
    return total + (_PHRASE * words if is_together else 0)


def _hit(section: Section, asked: list[str]) -> Hit:
    found = _found(section.text, asked)
    first = found[0][0] if found else 0
    start = max(0, section.text.rfind(" ", 0, max(0, first - _AROUND)) + 1)
    end = start + 2 * _AROUND
    excerpt = section.text[start:end]
    if end < len(section.text):
        excerpt = excerpt[: excerpt.rfind(" ")] + " …"
    name = section.heading or section.chapter.title
    return Hit(section, _pieces(name, asked), _pieces(("… " if start else "") + excerpt, asked))


def _found(text: str, asked: list[str]) -> list[tuple[int, int]]:
    """Where words begin that begin as one that was asked."""
    pattern = "|".join(re.escape(each) for each in sorted(asked, key=len, reverse=True))
    return [each.span() for each in re.finditer(rf"(?<![^\W_])(?:{pattern})", text, re.IGNORECASE)]


def _pieces(text: str, asked: list[str]) -> list[Piece]:
    pieces, at = [], 0
    for start, end in _found(text, asked):
        pieces += [Piece(text[at:start], False), Piece(text[start:end], True)]
        at = end
    return [each for each in [*pieces, Piece(text[at:], False)] if each.text]
