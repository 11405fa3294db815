"""The guide's token address, in both its spellings."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from fhirapi.legacy.spelling import lower_field_names
from fhirapi.smart.token import TokenView


class GuideTokenView(TokenView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        lower_field_names(request)
        return super().post(request, *args, **kwargs)
