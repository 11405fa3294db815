"""The page of downloads, and those that are made here."""

from collections.abc import Callable
from functools import cache

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.accounts.access import AccountRequest, signed_in
from portal.documentation.readers import may_read_closed, may_read_provider_chapter
from portal.downloads import llms, offered
from portal.downloads.postman import collection as postman
from portal.downloads.postman.parts import Json

_KEPT = 300
"""Seconds."""


@require_safe
def downloads(request: HttpRequest) -> HttpResponse:
    context = {
        "for_everybody": offered.for_everybody(),
        "for_partners": offered.for_partners() if may_read_closed(request.user) else [],
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


def for_partners(described: Callable[[], bytes]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view of a file that only readers of the closed chapter get.

    ``described`` comes from a room that the portal does not look into (qsmartcare/urls.py).
    """

    @require_safe
    @signed_in
    def view(request: AccountRequest) -> HttpResponse:
        if not may_read_provider_chapter(request.user):
            raise PermissionDenied
        told = f'attachment; filename="{offered.PROVIDER_API}"'
        return HttpResponse(
            described(), content_type="application/json", headers={"Content-Disposition": told}
        )

    return view


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
