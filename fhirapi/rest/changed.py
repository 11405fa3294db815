"""One change by a request, from who asks to what is answered.

https://hl7.org/fhir/R4/http.html#create - the headers and statuses of all that write.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from fhirapi.audit.models import AuditRecord
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import Outcome, operation_outcome, too_large
from fhirapi.rest.prefer import preferred
from fhirapi.rest.search import pairs
from fhirapi.rest.view import answer, authenticated, empty, refused
from fhirapi.store import exact
from fhirapi.store.read import TokenRefused
from fhirapi.validation.check import claims_not_kept
from fhirapi.write_outcomes import done
from fhirapi.writing.change import Change, Condition, Writer, Written
from fhirapi.writing.perform import perform
from fhirapi.writing.refusals import record_refusal

STATUSES = {"created": 201, "updated": 200, "found": 200, "deleted": 204, "nothing": 204}


def writer_of(request: HttpRequest) -> Writer:
    """Who asks. Raises the 401 outcome."""
    caller, claims = authenticated(request)
    return Writer(caller, claims.access)


def condition_of(request: HttpRequest) -> Condition:
    """Of a conditional change; one that selects nothing is refused where it is resolved."""
    return pairs(request.GET)


@contextmanager
def told_if_refused(
    writer: Writer,
    interaction: str,
    resource_type: ResourceType | None = None,
    resource_id: str | None = None,
) -> Iterator[None]:
    """Of a request that cannot even be read (400, 413, 415) the trail tells, too."""
    named = resource_type.name if resource_type else None
    try:
        yield
    except Outcome as outcome:
        record_refusal(writer, interaction, outcome.status, named, resource_id)
        raise
    except RequestDataTooBig:
        record_refusal(writer, interaction, too_large().status, named, resource_id)
        raise


def change_one(request: HttpRequest, writer: Writer, change: Change) -> HttpResponse:
    """Raises an Outcome; refusals are recorded by ``perform``, dead tokens by ``refused``."""
    try:
        [written] = perform(writer, [change])
    except TokenRefused:
        action = AuditRecord.Action(change.interaction.replace("patch", "update"))
        raise refused(writer.caller, action) from None
    return answered(request, written)


def answered(request: HttpRequest, written: Written) -> HttpResponse:
    wanted = preferred(request)
    status = STATUSES[written.result]
    if wanted == "OperationOutcome":
        response = answer(outcome_of(written), request, 200 if status == 204 else status)
    elif wanted == "minimal" or not written.content or not written.may_be_told:
        response = empty(status)
    else:
        response = answer(written.content, request, status)
    if wanted:
        response.headers["Preference-Applied"] = f"return={wanted}"
    for name, value in headers(written).items():
        response.headers[name] = value
    return response


def outcome_of(written: Written) -> bytes:
    """What ``Prefer: return=OperationOutcome`` hears: what was done, and which claims fail."""
    done_ = done(written.result, written.resource_type).issue("information")
    return operation_outcome(done_, *_warnings(written))


def _warnings(written: Written) -> list[dict[str, object]]:
    """Profiles that are claimed are not asked of what is stored; but told here."""
    if not written.content:
        return []
    return [each.issue() for each in claims_not_kept(exact.parse(written.content))]


def headers(written: Written) -> dict[str, str]:
    """Of the version that was made or, with ``If-None-Exist``, found."""
    if not written.version_id:
        return {}
    made = {"ETag": f'W/"{written.version_id}"'}
    if written.last_updated:
        made["Last-Modified"] = _http_date(written.last_updated)
    if written.result in ("created", "found"):
        made["Location"] = location(written)
    return made


def location(written: Written) -> str:
    identity = f"{written.resource_type}/{written.resource_id}"
    return f"{settings.FHIR_BASE_URL}/{identity}/_history/{written.version_id}"


def _http_date(moment: datetime) -> str:
    return http_date(moment.timestamp())
