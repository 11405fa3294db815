"""The guide's token address, in both its spellings."""

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from fhirapi.legacy.spelling import RepeatedField, lower_field_names
from fhirapi.smart.answers import Refused, error, only_post
from fhirapi.smart.tokens.endpoint import answer_form
from fhirapi.smart.view import FORMS, UNREADABLE, away, too_large_form
from fhirapi.sql import AWAY


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    if refusal := only_post(request):
        return refusal
    if request.content_type not in FORMS:
        return error(400, "invalid_request", UNREADABLE)
    try:
        lower_field_names(request)
    except RepeatedField as repeated:
        return error(400, "invalid_request", f"The field {str(repeated)[:40]} is repeated.")
    except RequestDataTooBig:
        return too_large_form()
    except (BadRequest, SuspiciousOperation, MultiPartParserError):
        return error(400, "invalid_request", UNREADABLE)
    try:
        return answer_form(request)
    except Refused as refused:
        return refused.response()
    except AWAY as cause:
        return away(cause)
