"""A FHIR request's whole life: token -> decision -> handler -> bytes.

Plain functions on purpose: the read path has a budget of microseconds (docs/decisions/0002).
"""

import logging
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.limits import asked
from fhirapi.outcomes import (
    Outcome,
    bad_request,
    database_away,
    held_up,
    internal_error,
    key_unusable,
    no_token,
    operation_outcome,
    session_gone,
    token_expired,
    too_costly,
    too_large,
    too_many,
    too_many_unproven,
    wrong_method,
)
from fhirapi.rest.negotiation import FHIR_JSON, require_json
from fhirapi.smart import rates
from fhirapi.smart.models import AccessKey
from fhirapi.smart.people import keys
from fhirapi.smart.tokens import jwt
from fhirapi.smart.tokens.jwt import Claims
from fhirapi.sql import AWAY, DATABASE_AWAY, database
from fhirapi.store import exact
from fhirapi.store.caller import Caller, why_refused
from fhirapi.store.constraint import Constraint

Handler = Callable[..., HttpResponse]
FORBIDDEN = 403
RATE = "qsmartcare.rate"
"""In ``META``: that this request was counted, and what is left."""
log = logging.getLogger(__name__)


def fhir_view(*methods: str, is_json: bool = True) -> Callable[[Handler], Handler]:
    """Makes a handler answer as FHIR does: JSON, errors as OperationOutcome.

    ``is_json``: False where the handler itself decides what it can answer.
    """
    allowed = ", ".join(methods)

    def decorate(handler: Handler) -> Handler:
        @csrf_exempt
        @wraps(handler)
        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                if request.method not in methods:
                    raise wrong_method(request.method or "", allowed)
                if is_json:
                    require_json(request)
                return with_rate(request, handler(request, *args, **kwargs))
            except Outcome as outcome:
                return with_rate(request, refusal(outcome))
            except RequestDataTooBig:
                return refusal(too_large())
            except (BadRequest, SuspiciousOperation, MultiPartParserError):
                return refusal(bad_request("The request could not be read."))
            except AWAY as error:
                record_if_stopped(request, error)
                return refusal(told_by_database(error))
            except Exception:
                return refusal(unexpected())

        return view

    return decorate


def by_method(**views: Handler) -> Handler:
    """One address, a view for each method: ``by_method(GET=search, HEAD=search, POST=create)``."""
    allowed = ", ".join(views)

    @csrf_exempt
    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        handler = views.get(request.method or "")
        if handler is None:
            return refusal(wrong_method(request.method or "", allowed))
        return handler(request, *args, **kwargs)

    return view


def with_rate(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Tells how many requests the client has left."""
    if rate := request.META.get(RATE):
        for name, value in rate.headers().items():
            response.headers[name] = value
    return response


def unexpected() -> Outcome:
    """For an exception that is being handled and that nobody foresaw."""
    if settings.DEBUG_PROPAGATE_EXCEPTIONS:
        raise
    reference = uuid.uuid4().hex[:12]
    log.exception("unexpected error %s", reference)
    return internal_error(reference)


def authenticated(request: HttpRequest) -> tuple[Caller, Claims]:
    """Who asks. Raises the 401 outcome; whether the token still lives, the statement says."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unproven(no_token(), address_of(request))
    try:
        claims = jwt.read(token.strip())
    except Outcome as outcome:
        raise unproven(outcome, address_of(request)) from None
    _count(request, claims)
    caller = Caller(
        claims.checksum,
        claims.client_id,
        address_of(request),
        claims.patient_id,
        claims.access.is_of_one_patient,
    )
    return caller, claims


def unproven(outcome: Outcome, address: str | None) -> Outcome:
    """What a request without a token that works is told, as long as not too many come."""
    wait = asked.failure(address)
    return too_many_unproven(wait, asked.too_many_failures(wait)) if wait else outcome


def _count(request: HttpRequest, claims: Claims) -> None:
    """Once a request, however often it asks who asks. Raises the 429 outcome."""
    if RATE in request.META:
        return
    rate = request.META[RATE] = rates.take(claims.client_id, claims.account_id)
    if rate.wait:
        raise too_many(rate.wait)


def require(caller: Caller, claims: Claims, resource_type: str, interaction: str) -> Constraint:
    """What the scopes allow. Raises the 403 outcome if that is nothing, and records the attempt."""
    try:
        return claims.access.decide(resource_type, interaction)
    except Outcome as outcome:
        record_if_forbidden(caller, outcome, resource_type)
        raise


def record_if_forbidden(caller: Caller, outcome: Outcome, resource_type: str) -> None:
    if outcome.status == FORBIDDEN:
        _record_denial(caller, "outside the scope", resource_type)


def refused(caller: Caller, action: AuditRecord.Action = AuditRecord.Action.READ) -> Outcome:
    """The 401 for a token that is ours but opens nothing any more; the attempt is recorded."""
    if wait := asked.failure(caller.address):  # a flood is not written down line by line
        return too_many_unproven(wait, asked.too_many_failures(wait))
    refusal_ = why_refused(caller)
    account_id = refusal_.account_id if refusal_ else None
    _record_denial(caller, "token no longer valid", action=action, account_id=account_id)
    if refusal_ is None:
        return session_gone()
    if refusal_.is_expired:
        return token_expired()
    if refusal_.access_key_id is not None:
        why = keys.why_unusable(AccessKey.objects.get(pk=refusal_.access_key_id))
        if why:
            return key_unusable(why)
    return session_gone()


def record_if_stopped(request: HttpRequest, error: Exception) -> None:
    """Whoever has the database look through records until it is stopped is written down as well."""
    if not isinstance(error, psycopg.errors.QueryCanceled) or database().in_atomic_block:
        return  # a transaction that was broken off takes no record any more
    caller, _ = authenticated(request)
    refusal_ = why_refused(caller)
    place = request.resolver_match.kwargs if request.resolver_match else {}
    resource_type = place.get("resource_type")
    _record_denial(
        caller,
        "took too long",
        resource_type.name if resource_type else None,
        action=AuditRecord.Action.READ if "resource_id" in place else AuditRecord.Action.SEARCH,
        account_id=refusal_.account_id if refusal_ else None,
    )


def _record_denial(
    caller: Caller,
    detail: str,
    resource_type: str | None = None,
    *,
    action: AuditRecord.Action = AuditRecord.Action.READ,
    account_id: int | None = None,
) -> None:
    record(
        action,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=account_id,
        client_id=caller.client_id,
        resource_type=resource_type,
        detail=detail,
        address=caller.address,
    )


def answer(content: bytes | str, request: HttpRequest, status: int = 200) -> HttpResponse:
    """The bytes as they are, unless ``_pretty=true`` asks for indentation."""
    if "_pretty=true" in request.META.get("QUERY_STRING", ""):
        text = content.decode() if isinstance(content, bytes) else content
        content = exact.write(exact.parse(text), is_pretty=True)
    content = content.encode() if isinstance(content, str) else content
    response = HttpResponse(content, content_type=FHIR_JSON, status=status)
    # CommonMiddleware is off on the API; without a length the server would send chunks.
    response.headers["Content-Length"] = str(len(content))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def empty(status: int) -> HttpResponse:
    """An answer whose status says it all."""
    response = HttpResponse(status=status)
    del response.headers["Content-Type"]
    response.headers["Cache-Control"] = "private, no-store"
    if status != 204:  # RFC 9110 section 8.6
        response.headers["Content-Length"] = "0"
    return response


def refusal(outcome: Outcome) -> HttpResponse:
    content = operation_outcome(*outcome.issues())
    response = HttpResponse(content, content_type=FHIR_JSON, status=outcome.status)
    response["Content-Length"] = str(len(content))
    for name, value in outcome.headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response


def told_by_database(error: Exception) -> Outcome:
    """Of an error that is one of AWAY."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return too_costly()
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return held_up()
    log.warning(DATABASE_AWAY, error)
    return database_away()
