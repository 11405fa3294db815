"""Token parameters: codes, identifiers, booleans. https://hl7.org/fhir/R4/search.html#token

A value is findable under four forms: ``code``, ``system|code``, ``system|`` and, where it has no
system, ``|code``.
"""

from collections.abc import Iterator
from typing import Any


def forms(value: Any) -> Iterator[str]:
    """Index side: every form under which the value can be asked for."""
    if type(value) is str:
        yield value
        yield f"|{value}"
    elif type(value) is bool:
        yield "true" if value else "false"
    elif type(value) is dict:
        coding = value.get("coding")
        for each in coding if coding is not None else (value,):
            yield from _coded_forms(each)


def _coded_forms(value: dict[str, Any]) -> Iterator[str]:
    # Coding has a code; Identifier and ContactPoint have a value.
    code = value.get("code") or value.get("value")
    system = value.get("system")
    if code:
        yield code
        yield f"{system}|{code}" if system else f"|{code}"
    if system:
        yield f"{system}|"


def query_form(text: str) -> str:
    """Query side: the form that the text of a request asks for. Raises ValueError."""
    if not text or text == "|":
        raise ValueError("a code, system|code or system| is expected.")
    return text
