"""The JSON that a request brings, and what a merge patch makes of a record."""

from typing import Any

from django.http import HttpRequest

from fhirapi.provider import problems
from fhirapi.provider.schema import Flat
from fhirapi.provider.view import JSON
from fhirapi.store import exact

MERGE_PATCH = "application/merge-patch+json"


def json_object(request: HttpRequest, *types: str) -> Flat:
    """Raises a problem: 400, 413, 415. Numbers keep their digits."""
    if request.content_type not in (types or (JSON,)):
        raise problems.unsupported(*(types or (JSON,)), method=request.method or "")
    return parsed(request.body)


def parsed(content: bytes) -> Flat:
    """Raises a problem: 400, 413."""
    try:
        found = exact.parse(content.decode())
        count = exact.size(found)
        exact.write(found)  # a lone surrogate: nobody could store or answer it
    except UnicodeDecodeError:
        raise problems.malformed("The body is not UTF-8.") from None
    except ValueError as error:
        raise problems.malformed(f"The body is no JSON: {error}") from None
    if count > exact.MOST_VALUES:
        raise problems.too_many_values(exact.MOST_VALUES)
    if not isinstance(found, dict):
        raise problems.malformed("The body is no JSON object.")
    return found


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396 section 2."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
