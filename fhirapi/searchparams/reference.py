"""Reference parameters. https://hl7.org/fhir/R4/search.html#reference

Stored is ``Type/id`` for a resource of this server and the whole address for any other: another
server's Patient/1 is not ours. A canonical address is findable with and without its version.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from fhirapi.searchparams import token, uri
from fhirapi.searchparams.values import unescape

_LITERAL = re.compile(r"([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


def forms(value: Any, base: str) -> Iterator[str]:
    """Index side; ``base`` is this server's FHIR address."""
    if type(value) is str:
        yield from uri.forms(value)
    elif type(value) is dict and (written := value.get("reference")):
        yield _form(written, base)


@lru_cache(maxsize=50_000)
def _form(written: str, base: str) -> str:
    match = _LITERAL.fullmatch(written.removeprefix(f"{base}/"))
    return match[1] if match else written


def everywhere(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """Every Reference in it that says where, at any depth: in extensions and contained resources
    as well.
    """
    found: list[dict[str, Any]] = []
    nodes: list[Any] = [resource]
    for node in nodes:  # grows on the way
        if type(node) is dict and type(node.get("reference")) is str:
            found.append(node)
        for each in node.values() if type(node) is dict else node:
            if type(each) is dict or type(each) is list:
                nodes.append(each)
    return found


def identifier_forms(value: Any) -> Iterator[str]:
    """Index side of ``:identifier``: the business identifier that a reference may carry."""
    if type(value) is dict and "identifier" in value:
        yield from token.forms(value["identifier"])


def is_local(form: str) -> bool:
    """Whether it names a resource by ``Type/id``, rather than an address elsewhere."""
    return form.count("/") == 1 and form[0].isupper()


def query_forms(text: str, targets: tuple[str, ...], base: str) -> list[str]:
    """Query side: what ``Patient/1``, ``1`` or this server's absolute URL may mean.

    Raises ValueError for a text that is no reference at all.
    """
    text = unescape(text)
    relative = text.removeprefix(f"{base}/")
    if _ID.fullmatch(relative):
        return [f"{target}/{relative}" for target in targets]
    if match := _LITERAL.fullmatch(relative):
        return [match[1]]
    if _ADDRESS.fullmatch(text):
        return [text]  # somebody else's server, or a canonical: as it was written
    raise ValueError("an id, Type/id or the address of a resource is expected.")
