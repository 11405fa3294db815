"""What browsers and crawlers ask of every host without having been told of it.

https://www.rfc-editor.org/rfc/rfc9309 (robots.txt)
"""

from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# The longest rule that fits wins. Links of letters and pages of people are nobody's to index.
_ROBOTS = """\
User-agent: *
Disallow: /
Allow: /$
Allow: /api-documentation
Allow: /downloads/
Allow: /llms.txt
Allow: /changes/
Allow: /status/$
Allow: /static/
"""
_A_DAY = 24 * 3600


@require_safe
@cache_control(public=True, max_age=_A_DAY)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=_A_DAY)
def favicon(request: HttpRequest) -> HttpResponse:
    """The picture that pages name; for what asks without a page, such as an answer of the API."""
    return HttpResponse(_picture(), content_type="image/svg+xml")


@cache
def _picture() -> bytes:
    return Path(str(finders.find("img/favicon.svg"))).read_bytes()
