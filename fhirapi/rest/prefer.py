"""What a client wants to hear of a change. https://hl7.org/fhir/R4/http.html#ops"""

import re
from typing import Literal

from django.http import HttpRequest

Preferred = Literal["minimal", "representation", "OperationOutcome"]

_RETURN = re.compile(r"(?:^|[,;\s])return\s*=\s*\"?([A-Za-z]+)", re.ASCII)
_KNOWN: dict[str, Preferred] = {
    "minimal": "minimal",
    "representation": "representation",
    "operationoutcome": "OperationOutcome",
}


def preferred(request: HttpRequest) -> Preferred | None:
    """``Prefer: return=``; None without it, or for one that is not known (RFC 7240 section 2)."""
    match = _RETURN.search(request.headers.get("Prefer", ""))
    return _KNOWN.get(match[1].lower()) if match else None
