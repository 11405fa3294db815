"""A whole record as a FHIR Bundle of type collection, written while it is read.

https://hl7.org/fhir/R4/bundle.html
"""

import re
from collections.abc import Iterable, Iterator

import orjson
from django.conf import settings
from django.utils import timezone

from fhirapi.definitions import registry
from fhirapi.smart.people import record_reading
from fhirapi.smart.people.record_reading import Reader

_REFERENCE = re.compile(r'"reference":"([A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})"')


def pieces(reader: Reader) -> Iterator[bytes]:
    """The record, then what it refers to of the practice.

    Stops in the middle, as JSON that cannot be read, should the right to see the record end.
    """
    shared = [each.name for each in registry.every() if each.is_shared]
    wanted: set[str] = set()
    yield _beginning()
    separator = b""
    for contents in record_reading.everything(reader):
        yield separator + b",".join(_entry(each) for each in contents)
        separator = b","
        wanted |= _references(contents)
    known: set[str] = set()
    while wanted := {each for each in wanted - known if each.split("/")[0] in shared}:
        known |= wanted
        found = record_reading.shared(sorted(wanted), shared)
        if found:
            yield separator + b",".join(_entry(each) for each in found.values())
        wanted = _references(found.values())
    yield b"]}"


def _beginning() -> bytes:
    now = orjson.dumps(timezone.now()).decode()
    return f'{{"resourceType":"Bundle","type":"collection","timestamp":{now},"entry":['.encode()


def _entry(content: str) -> bytes:
    resource = orjson.loads(content)
    url = f"{settings.FHIR_BASE_URL}/{resource['resourceType']}/{resource['id']}"
    return f'{{"fullUrl":"{url}","resource":{content}}}'.encode()


def _references(contents: Iterable[str]) -> set[str]:
    base = f"{settings.FHIR_BASE_URL}/"
    return {found for each in contents for found in _REFERENCE.findall(each.replace(base, ""))}
