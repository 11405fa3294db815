"""An address that takes a client's form; whatever is wrong is answered in JSON. RFC 6749 5.2"""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from fhirapi.audit.record import address_of
from fhirapi.outcomes import database_away
from fhirapi.smart.answers import Refused, count_failure, error, only_post
from fhirapi.sql import AWAY, DATABASE_AWAY

UNREADABLE = "Send multipart/form-data or application/x-www-form-urlencoded, in UTF-8."
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_NOT_SHOWN = ("invalid_client", "invalid_token")
NUL = "A field holds a character that none can hold."
_REPEATED = "A field is repeated."

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger(__name__)


def form_view(handler: Handler) -> Handler:
    @csrf_exempt
    @wraps(handler)
    def view(request: HttpRequest) -> HttpResponse:
        if refusal := only_post(request):
            return refusal
        try:
            _check(request)
            return handler(request)
        except Refused as refused:
            return told(refused, request)
        except RequestDataTooBig:
            return too_large_form()
        except (BadRequest, SuspiciousOperation, MultiPartParserError):
            return error(400, "invalid_request", UNREADABLE)
        except AWAY as cause:
            return away(cause)

    return view


def told(refused: Refused, request: HttpRequest) -> HttpResponse:
    """The refusal, as long as not too many who cannot show who they are come from there."""
    try:
        if refused.status == 401 or refused.error in _NOT_SHOWN:
            count_failure(address_of(request))
    except Refused as too_many:
        return too_many.response()
    return refused.response()


def too_large_form() -> HttpResponse:
    return error(413, "invalid_request", "The request is larger than any of this address.")


def away(cause: Exception) -> HttpResponse:
    """The database cannot be reached."""
    log.warning(DATABASE_AWAY, cause)
    outcome = database_away()
    response = error(outcome.status, "temporarily_unavailable", outcome.text)
    response["Retry-After"] = outcome.headers["Retry-After"]
    return response


def _check(request: HttpRequest) -> None:
    if request.content_type not in FORMS:
        raise Refused("invalid_request", UNREADABLE)
    for _, values in request.POST.lists():
        if len(values) > 1:
            raise Refused("invalid_request", _REPEATED)
        if "\x00" in str(values[0]):
            raise Refused("invalid_request", NUL)
