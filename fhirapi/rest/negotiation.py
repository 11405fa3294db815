"""Which representation is asked for. https://hl7.org/fhir/R4/http.html#mime-type"""

from functools import lru_cache

from django.http import HttpRequest

from fhirapi.outcomes import not_acceptable

FHIR_JSON = "application/fhir+json; charset=utf-8"
_JSON = frozenset(
    {"application/fhir+json", "application/json", "json", "text/json", "application/*", "*/*"}
)


def require_json(request: HttpRequest) -> None:
    """Raises 406 unless JSON is acceptable; ``_format`` goes before ``Accept``."""
    # META, not headers or GET: those are built for each request and cost more than the answer.
    meta = request.META
    has_format = "_format" in meta.get("QUERY_STRING", "")
    asked = (request.GET.get("_format") if has_format else None) or meta.get("HTTP_ACCEPT", "")
    if asked and not _accepts_json(asked):
        raise not_acceptable()


@lru_cache(maxsize=500)
def _accepts_json(header: str) -> bool:
    for choice in header.split(","):
        # In a query string the plus of fhir+json often arrives as a blank.
        media_type, *parameters = choice.strip().replace("fhir json", "fhir+json").split(";")
        is_refused = any(each.strip() in ("q=0", "q=0.0") for each in parameters)
        if media_type.strip().lower() in _JSON and not is_refused:
            return True
    return False


def wants_strict(request: HttpRequest) -> bool:
    """``Prefer: handling=strict``. https://hl7.org/fhir/R4/search.html#errors"""
    return "handling=strict" in request.headers.get("Prefer", "").replace(" ", "").lower()
