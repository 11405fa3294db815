"""A request's whole life: token, who may have this API at all, handler, answer or problem.

As ``rest/view.py`` does it for FHIR. Access is decided where FHIR's is; here it is only narrowed.
"""

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from fhirapi.definitions import registry as definitions
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import Outcome, not_a_writer, outside_scope
from fhirapi.provider import problems
from fhirapi.provider.problems import ProblemDetails, of_outcome
from fhirapi.provider.schema import Does, Kind
from fhirapi.rest.negotiation import quality
from fhirapi.rest.view import (
    authenticated,
    record_if_forbidden,
    refused,
    told_by_database,
    with_rate,
)
from fhirapi.smart.access.decision import Access
from fhirapi.sql import AWAY
from fhirapi.store import exact
from fhirapi.store.caller import Caller
from fhirapi.store.constraint import Constraint
from fhirapi.store.read import TokenRefused
from fhirapi.store.writer import NotAWriter, admit
from fhirapi.writing.change import Writer
from fhirapi.writing.refusals import record_refusal

JSON = "application/json"
_CHANGES = (Does.CREATE, Does.UPDATE, Does.DELETE)
Handler = Callable[..., HttpResponse]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ApiWriter(Writer):
    """Who asks: somebody who may write, by scopes that are not about one patient."""

    account_id: int


class Action(NamedTuple):
    handler: Handler
    does: Does | None = None
    """What a kind has to offer for it."""
    answers_json: bool = True


def endpoint(**actions: Action) -> Handler:
    """The view of an address, by method. Handlers get the request and who asks."""
    return _view(actions, _with_writer)


def public(handler: Handler) -> Handler:
    """The view of an address that anybody may read."""
    return _view({"GET": Action(handler)}, lambda request, action, **place: handler(request))


def _with_writer(request: HttpRequest, action: Action, **place: Any) -> HttpResponse:
    caller, access = _of_token(request)
    try:
        writer = ApiWriter(caller, access, _admitted(caller))
        with _told_if_refused(writer, action, place):
            return action.handler(request, writer, **place)
    except TokenRefused:
        raise refused(caller) from None


@contextmanager
def _told_if_refused(writer: Writer, action: Action, place: Mapping[str, Any]) -> Iterator[None]:
    """The trail tells of a change that was refused before it was tried; later, ``perform`` does."""
    try:
        yield
    except (ProblemDetails, RequestDataTooBig) as refusal:
        if action.does in _CHANGES:
            status = refusal.status if isinstance(refusal, ProblemDetails) else 413
            kind = place.get("kind")
            named = kind.resource_type if kind else None
            record_refusal(writer, action.does.value, status, named, place.get("record_id"))
        raise


def _view(actions: Mapping[str, Action], call: Handler) -> Handler:
    @csrf_exempt
    def view(request: HttpRequest, **place: Any) -> HttpResponse:
        kind = place.get("kind")
        try:
            return with_rate(request, call(request, _action(request, actions, kind), **place))
        except ProblemDetails as problem:
            return with_rate(request, problems.response(problem))
        except Outcome as outcome:
            return with_rate(request, problems.response(of_outcome(outcome, kind)))
        except RequestDataTooBig:
            return problems.response(problems.too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
        except (BadRequest, SuspiciousOperation, MultiPartParserError):
            return problems.response(problems.malformed("The request could not be read."))
        except AWAY as error:
            return problems.response(of_outcome(told_by_database(error)))
        except Exception:
            return problems.response(unexpected())

    return view


def unexpected() -> ProblemDetails:
    """Logged. For an exception that is being handled and that nobody foresaw."""
    if settings.DEBUG_PROPAGATE_EXCEPTIONS:
        raise
    reference = str(uuid.uuid4())
    log.exception("unexpected error %s", reference)
    return problems.internal(reference)


def _action(request: HttpRequest, actions: Mapping[str, Action], kind: Kind | None) -> Action:
    possible = {
        method: action
        for method, action in actions.items()
        if kind is None or action.does is None or action.does in kind.does
    }
    method = "GET" if request.method == "HEAD" else request.method or ""
    if method not in possible:
        raise problems.wrong_method(possible)
    action = possible[method]
    accept = request.META.get("HTTP_ACCEPT", "")
    if action.answers_json and accept and quality(accept, JSON) == 0:
        raise problems.not_acceptable()
    return action


def _of_token(request: HttpRequest) -> tuple[Caller, Access]:
    caller, claims = authenticated(request)
    access = _of_writers(claims.access)
    if not access.scopes:
        record_if_forbidden(caller, outside_scope("", ""), "")
        raise problems.no_patient_scopes()
    return caller, access


@lru_cache(maxsize=1000)
def _of_writers(access: Access) -> Access:
    """``patient/`` scopes open nothing here, nor does the record of who signed in."""
    return Access(tuple(each for each in access.scopes if each.context != "patient"), None)


def _admitted(caller: Caller) -> int:
    try:
        return admit(caller)
    except NotAWriter:
        record_if_forbidden(caller, not_a_writer(), "")
        raise not_a_writer() from None


def allowed(writer: Writer, resource_type: str, interaction: str) -> Constraint:
    """What the scopes open of a type. Raises the 403 outcome, of which the trail tells."""
    try:
        return writer.access.decide(resource_type, interaction)
    except Outcome as outcome:
        record_if_forbidden(writer.caller, outcome, resource_type)
        raise


def type_of(kind: Kind) -> ResourceType:
    return type_named(kind.resource_type)


def type_named(name: str) -> ResourceType:
    found = definitions.find(name)
    if found is None:  # the registry of kinds refuses one
        raise LookupError(name)
    return found


def address_of(kind: Kind, record_id: str) -> str:
    return f"{settings.PROVIDER_BASE_URL}/{kind.name}/{record_id}"


def answer(told: Any, status: int = 200, **headers: str) -> HttpResponse:
    """JSON with the digits that are stored. ``headers``: with ``_`` for ``-``."""
    content = exact.write(told).encode()
    response = HttpResponse(content, content_type=JSON, status=status)
    response.headers["Content-Length"] = str(len(content))
    response.headers["Cache-Control"] = "private, no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response
