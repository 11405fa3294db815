"""What a reference leads to, as far as its text says. https://hl7.org/fhir/R4/references.html"""

import re

from fhirapi.validation.tables import resource_types

_RESTFUL = re.compile(
    r"(?P<base>https?://[^\s?#]+/)?(?P<type>[A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}"
    r"(?:/_history/[A-Za-z0-9.-]{1,64})?(?:#\S*)?"
)
_CONDITIONAL = re.compile(r"(?P<type>[A-Z][A-Za-z]+)\?\S.*", re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def target_of(text: str) -> str | None:
    """The type of what is referred to; empty where the text leaves it open; None: no reference."""
    match = _RESTFUL.fullmatch(text) or _CONDITIONAL.fullmatch(text)
    if match and match["type"] in resource_types():
        return match["type"]
    return "" if _ABSOLUTE.fullmatch(text) else None
