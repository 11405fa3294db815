"""Reference parameters. https://hl7.org/fhir/R4/search.html#reference"""

import re
from collections.abc import Iterator
from typing import Any

_LITERAL = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/.*)?$")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")


def forms(value: Any) -> Iterator[str]:
    """Index side: ``Type/id`` of a literal reference."""
    if type(value) is dict and (literal := value.get("reference")):
        match = _LITERAL.search(literal)
        yield match[1] if match else literal


def is_local(form: str) -> bool:
    """Whether it names a resource by ``Type/id``, rather than an address elsewhere."""
    return form.count("/") == 1 and form[0].isupper()


def query_forms(text: str, targets: tuple[str, ...], base: str) -> list[str]:
    """Query side: what ``Patient/1``, ``1`` or this server's absolute URL may mean.

    Raises ValueError for a text that is no reference at all.
    """
    relative = text.removeprefix(f"{base}/")
    if _ID.fullmatch(relative):
        return [f"{target}/{relative}" for target in targets]
    match = _LITERAL.fullmatch(relative)
    if not match:
        if "://" in text:
            return [text]  # somebody else's server: findable only as it was written
        raise ValueError("an id, Type/id or the address of a resource is expected.")
    return [match[1]]
