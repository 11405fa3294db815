"""The guide's token address, in both its spellings."""

from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from fhirapi.legacy.spelling import RepeatedField, lower_field_names
from fhirapi.smart.answers import error
from fhirapi.smart.token import TokenView
from fhirapi.smart.view import FORMS, UNREADABLE


class GuideTokenView(TokenView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.content_type not in FORMS:
            return error(400, "invalid_request", UNREADABLE)
        try:
            lower_field_names(request)
        except RepeatedField as repeated:
            return error(400, "invalid_request", f"The field {str(repeated)[:40]} is repeated.")
        except (BadRequest, SuspiciousOperation, MultiPartParserError):
            return error(400, "invalid_request", UNREADABLE)
        return super().post(request, *args, **kwargs)
