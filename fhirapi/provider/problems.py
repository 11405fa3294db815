"""Every way a request to the API can fail, told as RFC 9457 says: ``application/problem+json``.

A text names no person and repeats no value of a record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpResponse

from fhirapi.outcomes import Outcome
from fhirapi.provider.locations import field_at
from fhirapi.provider.schema import FieldError, Kind
from fhirapi.store import exact

MEDIA_TYPE = "application/problem+json"


class ProblemType(NamedTuple):
    status: int
    title: str
    remedy: str


TYPES = {
    "malformed": ProblemType(
        400, "The request could not be read", "Send what the description of the API says."
    ),
    "parameter": ProblemType(
        400, "A parameter is wrong", "errors names each; the description lists what there is."
    ),
    "unauthorized": ProblemType(
        401, "No valid access token", "Ask the token address for a new one; detail says why."
    ),
    "forbidden": ProblemType(
        403,
        "Not open to this token",
        "This API needs an access key that may write or a partner's app, user/ or system/ scopes, "
        "and a patient in its care.",
    ),
    "not-found": ProblemType(
        404,
        "Not found",
        "It never existed, is of another kind, or is not open to the token; which is not told.",
    ),
    "method": ProblemType(405, "Not possible here", "Allow lists the methods."),
    "not-acceptable": ProblemType(406, "Not available in this form", "Accept application/json."),
    "conflict": ProblemType(409, "In conflict with something else", "detail says with what."),
    "gone": ProblemType(410, "Deleted", "It existed and was deleted."),
    "changed": ProblemType(
        412, "Changed meanwhile", "Read the record again and repeat the change on what it is now."
    ),
    "too-large": ProblemType(413, "Too large", "Send less at once."),
    "media-type": ProblemType(
        415, "Not this media type", "detail says which there are; a file has to be what it says."
    ),
    "invalid": ProblemType(422, "The record is not valid", "errors names each field."),
    "key-used": ProblemType(
        422, "The Idempotency-Key was used for another request", "Use a new key."
    ),
    "unconditional": ProblemType(
        428, "If-Match is missing", "Send the ETag of the record that you read (RFC 6585)."
    ),
    "too-many": ProblemType(429, "Too many requests", "Wait as many seconds as Retry-After says."),
    "internal": ProblemType(500, "Something went wrong on our side", "Name the reference to us."),
    "unavailable": ProblemType(503, "Not possible at the moment", "Try again later."),
}
"""By the name that ends the problem's ``type``."""
_OF_STATUS = {of.status: name for name, of in reversed(TYPES.items())}


@dataclass(eq=False)
class ProblemDetails(Exception):
    """Raised where a request cannot be answered; ``view`` turns it into the answer."""

    type: str
    """A name of ``TYPES``."""
    detail: str
    errors: tuple[FieldError, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)
    instance: str = ""
    """Names this one occurrence, for support."""

    @property
    def status(self) -> int:
        return TYPES[self.type].status

    def members(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "type": f"{settings.PROVIDER_BASE_URL}/problem-types#{self.type}",
            "title": TYPES[self.type].title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.instance:
            told["instance"] = self.instance
        if self.errors:
            told["errors"] = [
                {"field": each.field, "code": each.code, "detail": each.detail}
                for each in self.errors
            ]
        return told


def response(problem: ProblemDetails) -> HttpResponse:
    content = exact.write(problem.members()).encode()
    return HttpResponse(
        content,
        content_type=MEDIA_TYPE,
        status=problem.status,
        headers={"Content-Length": str(len(content)), "Cache-Control": "no-store"}
        | problem.headers,
    )


def of_outcome(outcome: Outcome, kind: Kind | None = None) -> ProblemDetails:
    """What the rooms below say, in this API's words. ``kind``: what the request was about."""
    name = _OF_STATUS.get(outcome.status, "malformed")
    if name == "internal":
        raise outcome
    detail = {
        "not-found": "There is no such record.",
        "gone": "The record was deleted.",
        "changed": "The record is no longer in the version that If-Match names.",
    }.get(name, outcome.text)
    errors = tuple(
        FieldError((field_at(kind, each.expression) if kind else None) or "", each.code, each.text)
        for each in outcome.problems
        if each.severity == "error"
    )
    if errors:
        detail = "The record was not stored."
    return ProblemDetails(name, detail, errors, headers=outcome.headers)


def invalid(errors: Iterable[FieldError]) -> ProblemDetails:
    return ProblemDetails("invalid", "The record was not stored.", tuple(errors))


def bad_parameters(*errors: FieldError) -> ProblemDetails:
    return ProblemDetails("parameter", "Nothing was looked for.", errors)


def not_found() -> ProblemDetails:
    return ProblemDetails("not-found", "There is no such record.")


def nothing_here() -> ProblemDetails:
    return ProblemDetails(
        "not-found", "There is nothing at this address; /provider-api/v1/ lists what there is."
    )


def no_patient_scopes() -> ProblemDetails:
    challenge = 'Bearer realm="QSmartCare FHIR API", error="insufficient_scope"'
    return ProblemDetails(
        "forbidden",
        "Scopes that begin with patient/ open nothing here: user/ or system/ scopes are needed.",
        headers={"WWW-Authenticate": challenge},
    )


def wrong_method(allowed: Iterable[str]) -> ProblemDetails:
    methods = ", ".join(allowed)
    return ProblemDetails("method", f"Possible here: {methods}.", headers={"Allow": methods})


def not_acceptable() -> ProblemDetails:
    return ProblemDetails("not-acceptable", "Only application/json can be answered.")


def malformed(why: str) -> ProblemDetails:
    return ProblemDetails("malformed", why)


def unsupported(*types: str, method: str = "") -> ProblemDetails:
    """RFC 5789 2.2 and RFC 9110 15.5.16: which there are."""
    header = {"PATCH": "Accept-Patch", "POST": "Accept-Post"}.get(method, "Accept")
    named = ", ".join(types)
    return ProblemDetails("media-type", f"Send it as {named}.", headers={header: named})


def too_large(most: int) -> ProblemDetails:
    return ProblemDetails("too-large", f"At most {most} bytes are possible.")


def too_many_values(most: int) -> ProblemDetails:
    return ProblemDetails("too-large", f"At most {most} JSON values are possible.")


def unconditional() -> ProblemDetails:
    """RFC 6585 3: nobody's change is lost because somebody else had not seen it."""
    return ProblemDetails("unconditional", "A change names the version that it is based on.")


def key_used() -> ProblemDetails:
    return ProblemDetails("key-used", "Nothing was done.")


def key_in_use() -> ProblemDetails:
    return ProblemDetails(
        "conflict",
        "A request with this Idempotency-Key is being dealt with. Repeat this one.",
        headers={"Retry-After": "1"},
    )


def internal(reference: str) -> ProblemDetails:
    return ProblemDetails(
        "internal", f"Reference for support: {reference}.", instance=f"urn:uuid:{reference}"
    )
