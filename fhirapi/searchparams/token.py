"""Token parameters: codes, identifiers, booleans. https://hl7.org/fhir/R4/search.html#token

A value is findable under four forms: ``code``, ``system|code``, ``system|`` and, where it has no
system, ``|code``. Forms are written with FHIR's escapes, so that a bar within a code is no system.
Case counts: codes are compared as their systems write them.
"""

from collections.abc import Iterator
from typing import Any

from fhirapi.searchparams.values import escape, split, unescape


def forms(value: Any) -> Iterator[str]:
    """Index side: every form under which the value can be asked for."""
    if type(value) is str:
        code = escape(value)
        yield code
        yield f"|{code}"
    elif type(value) is bool:
        yield "true" if value else "false"
    elif type(value) is dict:
        coding = value.get("coding")
        for each in coding if coding is not None else (value,):
            yield from _coded_forms(each)


def _coded_forms(value: dict[str, Any]) -> Iterator[str]:
    # Coding has a code; Identifier and ContactPoint have a value.
    code = escape(value.get("code") or value.get("value") or "")
    system = escape(value.get("system") or "")
    if code:
        yield code
        yield f"{system}|{code}"
    if system:
        yield f"{system}|"


def typed_forms(value: Any) -> Iterator[str]:
    """Index side of ``:of-type``: ``system|code|value`` for each type of an Identifier."""
    if type(value) is not dict or not value.get("value"):
        return
    for coding in value.get("type", {}).get("coding", ()):
        if coding.get("code"):
            parts = (coding.get("system") or "", coding["code"], value["value"])
            yield "|".join(escape(part) for part in parts)


def query_form(text: str) -> str:
    """Query side: the form that the text of a request asks for. Raises ValueError."""
    parts = split(text, "|")
    if len(parts) > 2 or not any(parts):
        raise ValueError("a code, system|code or system| is expected.")
    return "|".join(escape(unescape(part)) for part in parts)


def query_typed_form(text: str) -> str:
    """Query side of ``:of-type``. Raises ValueError."""
    parts = split(text, "|")
    if len(parts) != 3 or not all(parts[1:]):
        raise ValueError("system|code|value is expected, the first two of the identifier's type.")
    return "|".join(escape(unescape(part)) for part in parts)
