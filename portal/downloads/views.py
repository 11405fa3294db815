"""The page of downloads, and those that are made here."""

from functools import cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.downloads import llms, offered
from portal.downloads.postman import collection as postman
from portal.downloads.postman.parts import Json
from portal.partners.programs import Program
from portal.partners.standing import is_partner

_KEPT = 300
"""Seconds."""


@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    partner = is_partner(request.user, program=Program.API_DISTRIBUTION)
    context = {
        "for_everybody": offered.for_everybody(),
        "for_partners": offered.for_partners() if partner else [],
    }
    return render(request, "downloads/downloads.html", context)


@require_safe
@cache_control(public=True, max_age=_KEPT)
def collection(request: HttpRequest) -> HttpResponse:
    return _file(_collection(), offered.COLLECTION)


@require_safe
@cache_control(public=True, max_age=_KEPT)
def environment(request: HttpRequest) -> HttpResponse:
    return _file(_environment(), offered.ENVIRONMENT)


@require_safe
@cache_control(public=True, max_age=_KEPT)
def llms_txt(request: HttpRequest) -> HttpResponse:
    return HttpResponse(llms.text(), content_type="text/plain; charset=utf-8")


@cache
def _collection() -> bytes:
    return _pretty(postman.collection(settings.FHIR_BASE_URL))


@cache
def _environment() -> bytes:
    return _pretty(postman.environment(settings.BASE_URL, settings.FHIR_BASE_URL))


def _pretty(told: Json) -> bytes:
    return orjson.dumps(told, option=orjson.OPT_INDENT_2)


def _file(content: bytes, name: str) -> HttpResponse:
    """Postman imports by address as well, from any origin."""
    return HttpResponse(
        content,
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Access-Control-Allow-Origin": "*",
        },
    )
