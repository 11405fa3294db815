"""The first page: the guide's steps with this installation's own addresses.

Resource types and the texts of errors come from where the API itself has them.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fhirapi.definitions import registry
from fhirapi.search.cost import DEFAULT_COUNT, MAX_COUNT
from fhirapi.smart.answers import WRONG_KEY
from fhirapi.smart.tokens.endpoint import SESSION_GONE
from portal.documentation import chapters
from portal.ui.addresses import addresses


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    context = {
        "contents": chapters.contents(),
        "addresses": addresses(),
        "types": sorted(registry.every(), key=lambda each: each.name),
        "wrong_key": WRONG_KEY,
        "session_gone": SESSION_GONE,
        "token_minutes": settings.ACCESS_TOKEN_LIFETIME // 60,
        "token_seconds": settings.ACCESS_TOKEN_LIFETIME,
        "default_count": DEFAULT_COUNT,
        "max_count": MAX_COUNT,
    }
    return render(request, "documentation/guide.html", context)
