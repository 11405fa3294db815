"""Batch and transaction: several requests in one. https://hl7.org/fhir/R4/http.html#transaction

The entries of a batch succeed or fail each for itself, one after the other. Those of a transaction
succeed or fail together: deletes, then what is created and changed, then what is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any, NamedTuple

import orjson
import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import Outcome, operation_outcome, too_costly
from fhirapi.rest.body import resource_of
from fhirapi.rest.changed import STATUSES, location, outcome_of, told_if_refused, writer_of
from fhirapi.rest.entries import Asked, Read, asked
from fhirapi.rest.inner import ask
from fhirapi.rest.prefer import Preferred, preferred
from fhirapi.rest.view import answer, fhir_view, refused, unexpected
from fhirapi.store.read import TokenRefused
from fhirapi.write_outcomes import answer_too_large, bad_bundle, failed_read, too_many_entries
from fhirapi.writing.change import Writer, Written
from fhirapi.writing.perform import perform, perform_and

MOST_ENTRIES = 1000
_FAILED = 400
_MOST_BYTES = 20_000_000
MOST_SECONDS = 20

Entry = dict[str, Any]


@dataclass
class _Budget:
    """What all that is read may weigh and last: a small request must not be answered with
    gigabytes, nor a thousand searches keep the database busy for minutes.
    """

    left: int
    seconds: float

    def require(self) -> None:
        if self.left <= 0:
            raise answer_too_large(_MOST_BYTES // 1_000_000)
        if self.seconds <= 0:
            raise too_costly()


class _Asker(NamedTuple):
    request: HttpRequest
    writer: Writer
    wanted: Preferred | None
    budget: _Budget


@fhir_view("POST")
def bundle(request: HttpRequest) -> HttpResponse:
    """Of changes only a representation is told that was asked for: ``Prefer``."""
    asker = _Asker(
        request, writer_of(request), preferred(request), _Budget(_MOST_BYTES, MOST_SECONDS)
    )
    with told_if_refused(asker.writer, "update"):
        kind, entries = _entries(resource_of(request))
    process = _transaction if kind == "transaction" else _batch
    try:
        answered = process(asker, entries)
    except TokenRefused:
        raise refused(asker.writer.caller) from None
    body: Entry = {"resourceType": "Bundle", "type": f"{kind}-response"}
    if answered:
        body["entry"] = answered
    return answer(orjson.dumps(body), request)


def _entries(resource: dict[str, Any]) -> tuple[str, list[Any]]:
    kind, entries = resource.get("type"), resource.get("entry", [])
    if resource.get("resourceType") != "Bundle" or kind not in ("batch", "transaction"):
        raise bad_bundle()
    if type(entries) is not list:
        raise bad_bundle()
    if len(entries) > MOST_ENTRIES:
        raise too_many_entries(MOST_ENTRIES)
    return kind, entries


def _place(number: int) -> str:
    return f"Bundle.entry[{number}]"


# --- Batch -------------------------------------------------------------------------------------
def _batch(asker: _Asker, entries: list[Any]) -> list[Entry]:
    return [_alone(asker, entry, number) for number, entry in enumerate(entries)]


def _alone(asker: _Asker, entry: Any, number: int) -> Entry:
    """Whatever goes wrong, what became of the entries before it is told."""
    try:
        wanted = asked(entry, _place(number))
        if isinstance(wanted, Read):
            return _read(asker, wanted)
        [written] = perform(asker.writer, [wanted])
        return _written(asker, written)
    except Outcome as outcome:
        return _failed(outcome.within(_place(number)))
    except psycopg.errors.QueryCanceled:
        return _failed(too_costly().within(_place(number)))
    except TokenRefused:
        if number == 0:
            raise
        return _failed(refused(asker.writer.caller).within(_place(number)))
    except Exception:
        return _failed(unexpected().within(_place(number)))


def _failed(outcome: Outcome) -> Entry:
    content = orjson.Fragment(operation_outcome(*outcome.issues()))
    return {"response": {"status": str(outcome.status), "outcome": content}}


# --- Transaction -------------------------------------------------------------------------------
def _transaction(asker: _Asker, entries: list[Any]) -> list[Entry]:
    wanted = [_asked(entry, number) for number, entry in enumerate(entries)]
    changes = [each for each in wanted if not isinstance(each, Read)]

    def answered(written: Sequence[Written]) -> list[Entry]:
        left = iter(written)
        # Every change is stored by now, so what is read sees all of them.
        return [
            _read_within(asker, each, number)
            if isinstance(each, Read)
            else _written(asker, next(left))
            for number, each in enumerate(wanted)
        ]

    if not changes:  # nothing to undo, and each read audits itself
        return answered([])
    return perform_and(asker.writer, changes, answered)


def _asked(entry: Any, number: int) -> Asked:
    try:
        return asked(entry, _place(number))
    except Outcome as outcome:
        raise outcome.within(_place(number)) from None


def _read_within(asker: _Asker, wanted: Read, number: int) -> Entry:
    entry = _read(asker, wanted)
    status = int(entry["response"]["status"][:3])
    if status >= _FAILED:
        raise failed_read(status).within(_place(number))
    return entry


# --- Entries of the answer ---------------------------------------------------------------------
def _read(asker: _Asker, wanted: Read) -> Entry:
    asker.budget.require()
    began = perf_counter()
    response = ask(asker.request, wanted.method, wanted.address, wanted.query, **wanted.headers)
    asker.budget.seconds -= perf_counter() - began
    asker.budget.left -= len(response.content)
    told: Entry = {"status": f"{response.status_code} {response.reason_phrase}"}
    if "ETag" in response:
        told["etag"] = response["ETag"]
    content = orjson.Fragment(response.content) if response.content else None
    if response.status_code >= _FAILED:
        return {"response": {**told, "outcome": content}}
    return {"resource": content, "response": told} if content else {"response": told}


def _written(asker: _Asker, written: Written) -> Entry:
    status = STATUSES[written.result]
    response: Entry = {"status": f"{status} {HTTPStatus(status).phrase}"}
    if written.last_updated:
        response["location"] = location(written)
        response["etag"] = f'W/"{written.version_id}"'
        response["lastModified"] = written.last_updated.isoformat()
    if asker.wanted == "OperationOutcome":
        response["outcome"] = orjson.Fragment(outcome_of(written))
    if asker.wanted != "representation" or not written.content or not written.may_be_told:
        return {"response": response}
    url = f"{settings.FHIR_BASE_URL}/{written.resource_type}/{written.resource_id}"
    return {"fullUrl": url, "resource": orjson.Fragment(written.content), "response": response}
