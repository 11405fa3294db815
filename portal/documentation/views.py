"""A chapter as a page, and as the Markdown that it is made of."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.documentation import chapters
from portal.documentation.chapters import Chapter
from portal.documentation.markdown import page
from portal.documentation.written import markdown_of


@require_safe
def chapter(request: HttpRequest, slug: str) -> HttpResponse:
    found = _found(slug)
    shown = page(markdown_of(found))
    before, after = chapters.neighbours(found)
    context = {
        "chapter": found,
        "contents": chapters.contents(),
        "headings": [each for each in shown.headings if each.level == 2],
        "text": shown.html,
        "before": before,
        "after": after,
    }
    return render(request, "documentation/chapter.html", context)


@require_safe
def source(request: HttpRequest, slug: str) -> HttpResponse:
    found = _found(slug)
    text = f"# {found.title}\n\n{found.summary}\n\n{markdown_of(found)}"
    return HttpResponse(text, content_type="text/markdown; charset=utf-8")


def _found(slug: str) -> Chapter:
    found = chapters.find(slug)
    if found is None:
        raise Http404
    return found
