"""Webhooks of the grant under which the token was issued: made, listed, given new secrets."""

import re
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.provider import problems
from fhirapi.provider import registry as kinds
from fhirapi.provider.body import json_object
from fhirapi.provider.changes import INTERACTION, named
from fhirapi.provider.listing import limit_of, parameters
from fhirapi.provider.models import ChangeDelivery, ChangeWebhook
from fhirapi.provider.problems import ProblemDetails
from fhirapi.provider.schema import FieldError, Flat
from fhirapi.provider.view import ApiWriter, allowed, answer
from fhirapi.rest.view import empty
from fhirapi.smart.clients.fetch import is_fetchable, refused_host
from fhirapi.smart.models import AccessToken, DataAccessGrant
from fhirapi.smart.webhooks import signing
from fhirapi.store.changes import now
from fhirapi.store.read import TokenRefused

MOST = 20
"""Webhooks of one grant."""
OVERLAP = timedelta(hours=24)
"""In which the secret before a rotation signs as well."""
_LONGEST = 500
_NUMBER = re.compile(r"[0-9]{1,18}")


def list_hooks(request: HttpRequest, writer: ApiWriter) -> HttpResponse:
    return answer({"data": [_told(each) for each in _own(writer).order_by("id")]})


def create_hook(request: HttpRequest, writer: ApiWriter) -> HttpResponse:
    """Without an Idempotency-Key: an answer that holds a secret is not kept."""
    url, wanted = _checked(writer, json_object(request))
    place, cluster = now()
    grant_id, made = _grant_id(writer), signing.new()
    with transaction.atomic():
        # Those who make one at the same time wait for each other, so that both are counted.
        if not DataAccessGrant.objects.select_for_update().filter(pk=grant_id).exists():
            raise TokenRefused
        if _own(writer).count() >= MOST:
            raise ProblemDetails("conflict", f"There are {MOST} webhooks already.")
        hook = ChangeWebhook.objects.create(
            data_access_grant_id=grant_id,
            url=url,
            kinds=wanted,
            scope=" ".join(map(str, writer.access.scopes)),
            salt=made.salt,
            secret_encrypted=made.encrypted,
            written_in=place.written_in,
            cluster=cluster,
        )
        _record(writer, "change webhook set")
    return answer(_told(hook) | {"secret": made.shown}, 201)


def read_hook(request: HttpRequest, writer: ApiWriter, hook_id: uuid.UUID) -> HttpResponse:
    return answer(_told(_find(writer, hook_id)))


def delete_hook(request: HttpRequest, writer: ApiWriter, hook_id: uuid.UUID) -> HttpResponse:
    with transaction.atomic():
        _find(writer, hook_id).delete()
        _record(writer, "change webhook removed")
    return empty(204)


def rotate_secret(request: HttpRequest, writer: ApiWriter, hook_id: uuid.UUID) -> HttpResponse:
    """The new secret, this once; the one before signs as well for a day."""
    made = signing.new()
    with transaction.atomic():
        hook = _find(writer, hook_id)
        hook.previous_salt, hook.previous_secret_encrypted = hook.salt, hook.secret_encrypted
        hook.salt, hook.secret_encrypted = made.salt, made.encrypted
        hook.previous_until = timezone.now() + OVERLAP
        hook.save(
            update_fields=[
                "salt", "secret_encrypted", "previous_salt", "previous_secret_encrypted",
                "previous_until",
            ]
        )  # fmt: skip
        _record(writer, "change webhook: new secret")
    return answer(_told(hook) | {"secret": made.shown})


def deliveries(request: HttpRequest, writer: ApiWriter, hook_id: uuid.UUID) -> HttpResponse:
    """What the webhook has told, the newest first."""
    asked = parameters(request)
    if unknown := [name for name in asked if name not in ("limit", "cursor")]:
        detail = "There is no such parameter."
        raise problems.bad_parameters(FieldError(unknown[0][:64], "unknown", detail))
    rows = _find(writer, hook_id).deliveries.order_by("-id")
    if (cursor := asked.get("cursor")) is not None:
        if not _NUMBER.fullmatch(cursor):
            raise problems.bad_parameters(FieldError("cursor", "format", "It is no cursor."))
        rows = rows.filter(id__lt=int(cursor))
    limit = limit_of(asked)
    found = list(rows[: limit + 1])
    told: dict[str, Any] = {"data": [_delivery(each) for each in found[:limit]]}
    if len(found) > limit:
        told["next_cursor"] = str(found[limit - 1].pk)
    return answer(told)


def _checked(writer: ApiWriter, flat: Flat) -> tuple[str, list[str]]:
    """Address and kinds; without kinds, all that are open. Raises the 422 problem, or 403."""
    errors = [
        FieldError(name[:64], "unknown", "There is no such field.")
        for name in flat
        if name not in ("url", "kinds")
    ]
    url, wanted = flat.get("url"), flat.get("kinds")
    if not isinstance(url, str) or len(url) > _LONGEST:
        errors.append(FieldError("url", "required", "The address that is to be told."))
    elif why := is_fetchable(url) or refused_host(url):
        errors.append(FieldError("url", "format", why))
    is_list = isinstance(wanted, list) and all(isinstance(each, str) for each in wanted)
    if wanted is not None and (not is_list or any(kinds.find(each) is None for each in wanted)):
        errors.append(FieldError("kinds", "enum", "A list of names of kinds is expected."))
    if errors:
        raise problems.invalid(errors)
    for each in named(wanted) if wanted else []:
        allowed(writer, each.resource_type, INTERACTION)
    return str(url), sorted(set(wanted or []))


def _own(writer: ApiWriter) -> Any:
    return ChangeWebhook.objects.filter(data_access_grant_id=_grant_id(writer))


def _grant_id(writer: ApiWriter) -> int:
    """Raises ``TokenRefused`` where the token ended meanwhile: 401."""
    tokens = AccessToken.objects.filter(token_checksum=writer.caller.token_checksum)
    found = tokens.values_list("data_access_grant_id", flat=True).first()
    if found is None:
        raise TokenRefused
    return int(found)


def _find(writer: ApiWriter, hook_id: uuid.UUID) -> ChangeWebhook:
    found: ChangeWebhook | None = _own(writer).filter(public_id=hook_id).first()
    if found is None:
        raise problems.not_found()
    return found


def _told(hook: ChangeWebhook) -> dict[str, Any]:
    return {
        "id": str(hook.public_id),
        "url": hook.url,
        "kinds": hook.kinds,
        "created_at": hook.created_at.isoformat(),
    }


def _delivery(delivery: ChangeDelivery) -> dict[str, Any]:
    def moment(name: str) -> str | None:
        found = getattr(delivery, name)
        return found.isoformat() if found else None

    return {
        "event_id": str(delivery.event_id),
        "changes": delivery.changes,
        "created_at": moment("created_at"),
        "attempts": delivery.attempts,
        "next_attempt_at": moment("due_at"),
        "delivered_at": moment("delivered_at"),
        "status": delivery.status,
        "problem": delivery.problem or None,
    }


def _record(writer: ApiWriter, detail: str) -> None:
    record(
        AuditRecord.Action.CLIENT_CHANGE,
        account_id=writer.account_id,
        client_id=writer.caller.client_id,
        detail=detail,
        address=writer.caller.address,
    )
