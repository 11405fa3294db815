"""What is rarely asked: the content itself answers, so that no index entry is spent on it.

``:missing``, ``:text`` and the last step of ``:exact`` (docs/decisions/0005).
"""

from functools import lru_cache
from typing import Protocol

from fhirapi.definitions.schema import SearchParameter
from fhirapi.search.binder import Binder
from fhirapi.searchparams import string
from fhirapi.searchparams.paths import json_path
from fhirapi.searchparams.values import unescape


class Asked(Protocol):
    @property
    def parameter(self) -> SearchParameter: ...
    @property
    def values(self) -> tuple[str, ...]: ...


def missing(value: Asked, row: str, binder: Binder) -> str:
    paths = [binder.bind(path) for path in _present(value.parameter)]
    present = " OR ".join(
        f"jsonb_path_exists(m.content::jsonb, {path}::jsonpath)" for path in paths
    )
    negation = "NOT " if value.values == ("true",) else ""
    return (
        f"{negation}EXISTS (SELECT FROM fhirapi_content m "
        f"WHERE m.id = {row}.id AND ({present or 'true'}))"
    )


def _present(parameter: SearchParameter) -> list[str]:
    paths = [json_path(path) for path in parameter.paths]
    if not parameter.is_narrow:
        return paths
    types = "|".join(parameter.targets)
    return [f'{path} ? (@.reference like_regex "(^|/)({types})/")' for path in paths]


# The words that stand beside a code: CodeableConcept, Coding, Identifier.
_WORDS = (".text", ".coding.display", ".display", ".type.text")
# What string.fold does, in SQL: no accents, lower case.
_FOLDED = r"lower(regexp_replace(normalize(x #>> '{}', NFKD), '[\u0300-\u036F]', '', 'g'))"


def words(value: Asked, row: str, binder: Binder) -> str:
    """``:text``: starts-with, at the beginning of any word."""
    patterns = []
    for each in value.values:
        start = string.like(each, "")
        patterns += [start, f"% {start}"]
    wanted = binder.bind(patterns)
    found = " OR ".join(
        f"EXISTS (SELECT FROM jsonb_path_query(m.content::jsonb, {binder.bind(path)}::jsonpath) x "
        f"WHERE {_FOLDED} LIKE ANY({wanted}))"
        for path in _word_paths(value.parameter.paths)
    )
    return f"EXISTS (SELECT FROM fhirapi_content m WHERE m.id = {row}.id AND ({found}))"


@lru_cache(maxsize=1000)
def _word_paths(paths: tuple[str, ...]) -> list[str]:
    return [json_path(path) + words for path in paths for words in _WORDS]


def exactly(value: Asked, row: str, binder: Binder) -> str:
    """Case and accents too: the index holds folded texts, so what it found is looked at."""
    texts = binder.bind([unescape(each) for each in value.values])
    found = " OR ".join(
        f"EXISTS (SELECT FROM jsonb_path_query(m.content::jsonb, {binder.bind(path)}::jsonpath) x "
        f"WHERE x #>> '{{}}' = ANY({texts}))"
        for path in _text_paths(value.parameter.paths)
    )
    return f"EXISTS (SELECT FROM fhirapi_content m WHERE m.id = {row}.id AND ({found}))"


@lru_cache(maxsize=1000)
def _text_paths(paths: tuple[str, ...]) -> list[str]:
    """Below a HumanName or an Address every text counts."""
    return [f'{json_path(path)}.** ? (@.type() == "string")' for path in paths]
