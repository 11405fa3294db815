"""URI parameters: compared in full. https://hl7.org/fhir/R4/search.html#uri"""

from collections.abc import Iterator
from typing import Any


def forms(value: Any) -> Iterator[str]:
    """Index side: the canonical with and without its version."""
    if type(value) is str:
        yield value
        if "|" in value:
            yield value.partition("|")[0]


def query_form(text: str) -> str:
    if not text:
        raise ValueError("an address is expected.")
    return text
