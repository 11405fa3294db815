"""The guide's token address, in both its spellings."""

from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from fhirapi.legacy.spelling import RepeatedField, lower_field_names
from fhirapi.smart.token import TokenView, error

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_UNREADABLE = "Send multipart/form-data or application/x-www-form-urlencoded, in UTF-8."


class GuideTokenView(TokenView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.content_type not in _FORMS:
            return error(400, "invalid_request", _UNREADABLE)
        try:
            lower_field_names(request)
        except RepeatedField as repeated:
            return error(400, "invalid_request", f"The field {str(repeated)[:40]} is repeated.")
        except (BadRequest, SuspiciousOperation, MultiPartParserError):
            return error(400, "invalid_request", _UNREADABLE)
        return super().post(request, *args, **kwargs)
