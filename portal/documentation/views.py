"""A chapter as a page and as Markdown, all of them as one page, and what a search finds in them."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.documentation import chapters
from portal.documentation.changed import changed
from portal.documentation.chapters import Chapter
from portal.documentation.markdown import page
from portal.documentation.printed import printed
from portal.documentation.readers import may_read_closed
from portal.documentation.search import MOST
from portal.documentation.search import search as found_sections
from portal.documentation.version import revalidated, version
from portal.documentation.written import markdown_of

_MOST_WHILE_TYPING = 8


@require_safe
def chapter(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = _found(slug)
    shown = page(markdown_of(found, is_open=may_read_closed(request.user)))
    before, after = chapters.neighbours(found)
    context = {
        "chapter": found,
        "contents": chapters.contents(),
        "headings": [each for each in shown.headings if each.level == 2],
        "text": shown.html,
        "before": before,
        "after": after,
        "version": version(),
        "changed": changed(found),
    }
    return revalidated(request, render(request, "documentation/chapter.html", context))


@require_safe
def source(request: HttpRequest, slug: str) -> HttpResponseBase:
    found = _found(slug)
    text = markdown_of(found, is_open=may_read_closed(request.user))
    told = f"QSmartCare {version()}."
    if last := changed(found):
        told += f" This chapter last changed on {last.on}, in version {last.version}."
    text = f"# {found.title}\n\n{found.summary}\n\n{text}\n{told}\n"
    return revalidated(request, HttpResponse(text, content_type="text/markdown; charset=utf-8"))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``?q=``: a page; for the box that asks while somebody types, the list alone."""
    query = request.GET.get("q", "").strip()
    hits = found_sections(query)
    context: dict[str, Any] = {"query": query, "hits": hits, "most": MOST}
    if request.headers.get("HX-Request"):
        more = len(hits) > _MOST_WHILE_TYPING
        context |= {"hits": hits[:_MOST_WHILE_TYPING], "has_more": more}
        response = render(request, "documentation/_hits.html", context)
    else:
        context |= {"contents": chapters.contents()}
        response = render(request, "documentation/search.html", context)
    response["Vary"] = "HX-Request, Cookie, Accept-Language"
    return response


@require_safe
def as_one_page(request: HttpRequest) -> HttpResponseBase:
    context = {
        "parts": printed(settings.BASE_URL),
        "version": version(),
        "date": timezone.localdate(),
        "base_url": settings.BASE_URL,
    }
    return revalidated(request, render(request, "documentation/print.html", context))


def _found(slug: str) -> Chapter:
    found = chapters.find(slug)
    if found is None:
        raise Http404
    return found
