"""URI parameters: compared in full. https://hl7.org/fhir/R4/search.html#uri"""

from collections.abc import Iterator
from typing import Any

from fhirapi.searchparams.values import unescape


def forms(value: Any) -> Iterator[str]:
    """Index side: a canonical address also without its version."""
    if type(value) is str:
        yield value
        if "|" in value:
            yield value.partition("|")[0]


def query_form(text: str) -> str:
    """Raises ValueError."""
    if not text:
        raise ValueError("an address is expected.")
    return unescape(text)
