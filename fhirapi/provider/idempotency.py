"""A request that may be repeated: done once, answered the same each time, for a day.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ - the answer is kept in
the transaction of what was done: whatever happens to this process, both are there or neither.
Refusals are not kept: nothing was done, and the repetition may be right.
"""

import hashlib
import re
from collections.abc import Callable, Sequence

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from fhirapi.audit.trail import Entry, trail
from fhirapi.outcomes import Outcome, not_found
from fhirapi.provider import problems
from fhirapi.provider import registry as kinds
from fhirapi.provider.expired import ANSWERS_KEPT
from fhirapi.provider.models import IdempotentAnswer
from fhirapi.provider.problems import ProblemDetails
from fhirapi.provider.read import find
from fhirapi.provider.schema import Kind
from fhirapi.provider.view import JSON, ApiWriter, type_of
from fhirapi.searchparams.keys import key as lock_key
from fhirapi.smart.secrets import digest, digests
from fhirapi.sql import Statement
from fhirapi.store import exact
from fhirapi.store.write import Asked, nothing_there

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_HEADERS = ("Location", "ETag")
_ALONE = Statement("SELECT pg_try_advisory_xact_lock(%(key)s::bigint)")

Act = Callable[[], HttpResponse]


def once(
    request: HttpRequest,
    writer: ApiWriter,
    parts: Sequence[bytes],
    act: Act,
    kind: Kind | None = None,
) -> HttpResponse:
    """What ``act`` answers, or has answered to the same request before.

    ``parts``: what makes it the same request, beside method and address; ``kind``: of the record
    that is answered. Raises a problem: 400, 409 while the first one runs, 422 for another request
    with the same key.
    """
    header = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if header is None:
        return act()
    if not _KEY.fullmatch(header):
        raise problems.malformed("An Idempotency-Key has 1 to 255 visible ASCII characters.")
    named = f"idempotency {header}"
    fingerprint = _fingerprint(request, parts)
    with transaction.atomic():
        _be_alone(writer, header)
        kept = _kept(writer, named)
        try:
            response = _again(writer, kept, fingerprint) if kept else act()
        except (Outcome, ProblemDetails) as refusal:
            # Nothing was stored but what the audit trail says of it: that is to be committed.
            failure: Exception = refusal
        else:
            if kept is None:
                _keep(writer, named, fingerprint, response, kind)
            return response
    raise failure


def _fingerprint(request: HttpRequest, parts: Sequence[bytes]) -> str:
    found = hashlib.sha256()
    address = f"{request.method} {request.get_full_path()}".encode()
    for part in (address, *parts):
        found.update(len(part).to_bytes(8, "big") + part)
    return found.hexdigest()


def _be_alone(writer: ApiWriter, header: str) -> None:
    client = f"{writer.account_id}/{writer.caller.client_id}"
    row = _ALONE.fetch_one({"key": lock_key(client, "idempotency", header)})
    if row is None or row[0] != b"t":
        raise problems.key_in_use()


def _kept(writer: ApiWriter, named: str) -> IdempotentAnswer | None:
    of_key = IdempotentAnswer.objects.filter(
        account_id=writer.account_id,
        client_id=writer.caller.client_id,
        key_digest__in=digests(named),
    )
    of_key.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()
    return of_key.first()


def _again(writer: ApiWriter, kept: IdempotentAnswer, fingerprint: str) -> HttpResponse:
    """The record has to be open still, to read or to change; the trail says that it was told."""
    if kept.fingerprint != fingerprint:
        raise problems.key_used()
    kind = kinds.find(kept.kind)
    if kind:
        _require_open(writer, kind, kept.record_id)
    response = HttpResponse(kept.content, content_type=JSON, status=kept.status)
    for name, value in kept.headers.items():
        response.headers[name] = value
    response.headers["Content-Length"] = str(len(response.content))
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _require_open(writer: ApiWriter, kind: Kind, record_id: str) -> None:
    """Audited. Raises an Outcome: 404, 410."""
    if writer.access.allows(kind.resource_type, "read"):
        find(writer, kind, record_id)
        return
    may_write = any(writer.access.allows(kind.resource_type, each) for each in ("create", "update"))
    is_open = may_write and not nothing_there(writer.caller, [Asked(type_of(kind), record_id)])
    trail.write(
        Entry(
            "read",
            "success" if is_open else "denied",
            account_id=writer.account_id,
            client_id=writer.caller.client_id,
            resource_type=kind.resource_type,
            resource_id=record_id,
            detail="repeated answer",
            address=writer.caller.address,
        )
    )
    if not is_open:
        raise not_found(kind.resource_type, record_id)


def _keep(
    writer: ApiWriter,
    named: str,
    fingerprint: str,
    response: HttpResponse,
    kind: Kind | None,
) -> None:
    IdempotentAnswer.objects.create(
        account_id=writer.account_id,
        client_id=writer.caller.client_id,
        key_digest=digest(named),
        fingerprint=fingerprint,
        status=response.status_code,
        headers={name: response[name] for name in _HEADERS if name in response},
        content=response.content.decode(),
        kind=kind.name if kind else "",
        record_id=exact.parse(response.content.decode())["id"] if kind else "",
    )
