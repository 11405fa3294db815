"""Which representation is asked for. https://hl7.org/fhir/R4/http.html#mime-type"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest

from fhirapi.outcomes import not_acceptable

FHIR_JSON = "application/fhir+json; charset=utf-8"
OURS = ("application/fhir+json", "application/json")
"""Two names of the one representation that there is."""
_SYNONYMS = {"json": "application/fhir+json", "text/json": "application/json"}
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
VERSIONS = frozenset({"4.0", "4.0.0", "4.0.1"})


@dataclass(frozen=True)
class _Range:
    """One choice of an Accept header. RFC 9110 section 12.5.1"""

    media_type: str
    quality: float
    fhir_version: str | None

    def specificity(self, media_type: str) -> int:
        """How exactly the choice means the type; 0: not at all."""
        if self.media_type == media_type:
            return 3
        if self.media_type == media_type.partition("/")[0] + "/*":
            return 2
        return 1 if self.media_type == "*/*" else 0


def require_json(request: HttpRequest) -> None:
    """Raises 406 unless JSON is acceptable."""
    asked = accepted(request)
    if asked and not _accepts_json(asked):
        raise not_acceptable()


def accepted(request: HttpRequest) -> str:
    """What the client can read, as an Accept header says it; ``_format`` goes before it."""
    # META, not headers or GET: those are built for each request and cost more than the answer.
    meta = request.META
    has_format = "_format" in meta.get("QUERY_STRING", "")
    named: str | None = request.GET.get("_format") if has_format else None
    return named or meta.get("HTTP_ACCEPT", "")


@lru_cache(maxsize=500)
def _accepts_json(header: str) -> bool:
    return any(quality(header, media_type) > 0 for media_type in OURS)


@lru_cache(maxsize=500)
def wants_fhir_json(header: str, other: str) -> bool:
    """Whether FHIR JSON is named, and no less wanted than content of the type ``other``."""
    named = [each for each in _ranges(header) if each.media_type in OURS and _is_r4(each)]
    best = max((each.quality for each in named), default=0.0)
    return best > 0 and best >= quality(header, other)


@lru_cache(maxsize=500)
def quality(header: str, media_type: str) -> float:
    """How much the type is wanted, from 0 to 1: the most exact choice that means it decides."""
    meant = [
        (exactness, each.quality)
        for each in _ranges(header)
        if (exactness := each.specificity(media_type)) and _is_r4(each)
    ]
    return max(meant)[1] if meant else 0.0


def _is_r4(choice: _Range) -> bool:
    return choice.fhir_version is None or choice.fhir_version in VERSIONS


def _ranges(header: str) -> list[_Range]:
    return [_range(choice) for choice in header.split(",") if choice.strip()]


def _range(choice: str) -> _Range:
    # In a query string the plus of fhir+json often arrives as a blank.
    media_type, *rest = choice.strip().replace("fhir json", "fhir+json").split(";")
    media_type = media_type.strip().lower()
    parameters = {
        name.strip().lower(): value.strip().strip('"')
        for name, _, value in (each.partition("=") for each in rest)
    }
    return _Range(
        _SYNONYMS.get(media_type, media_type),
        _number(parameters.get("q", "1")),
        parameters.get("fhirversion"),
    )


def _number(text: str) -> float:
    """A quality that is none, such as q=high, is 0: nothing is sent that was not asked for."""
    return float(text) if _QUALITY.fullmatch(text) else 0.0


def wants_strict(request: HttpRequest) -> bool:
    """``Prefer: handling=strict``. https://hl7.org/fhir/R4/search.html#errors"""
    return "handling=strict" in request.headers.get("Prefer", "").replace(" ", "").lower()
