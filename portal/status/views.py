"""The status page, the same as JSON and as a feed: for everybody, kept for half a minute.

Rendered without the request: nothing of whoever asks is in it (``nobody.py``), so one answer may
be kept for all, and it needs the database for nothing but its one statement.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fhirapi.sql import AWAY
from portal.status import shown
from portal.status.reading import Status, Told, read
from portal.status.summary import address_of, away, summary

_KEPT = 30
"""Seconds: something new is there each minute."""
_ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
View = Callable[[HttpRequest], HttpResponse]


def _told_of_all(show: Callable[[Status], HttpResponse], gone: Callable[[], HttpResponse]) -> View:
    @require_safe
    @wraps(show)
    def view(request: HttpRequest) -> HttpResponse:
        try:
            response = show(read())
        except (DatabaseError, *AWAY):
            response = gone()
            response.status_code = 503
            response.headers["Retry-After"] = str(_KEPT)
            response.headers["Cache-Control"] = "no-store"
            return response
        response.headers["Cache-Control"] = f"public, max-age={_KEPT}"
        return response

    return view


def _page(status: Status) -> HttpResponse:
    over = [each for each in status.incidents if each.resolved_at]
    open_ = [each for each in status.incidents if not each.resolved_at]
    found = shown.indicator(status)
    context: dict[str, Any] = {
        "indicator": shown.indicator_words(found),
        "look": shown.indicator_look(found),
        "components": shown.components(status),
        "open": shown.incidents(each for each in open_ if shown.is_under_way(each, status)),
        "planned": shown.incidents(each for each in open_ if not shown.is_under_way(each, status)),
        "past": shown.incidents(over),
        "now": status.now,
        "width": 90 * 10 - 3,
    }
    return _rendered("status/status.html", context)


def _page_away() -> HttpResponse:
    return _rendered("status/away.html", {})


def _rendered(template: str, context: dict[str, Any]) -> HttpResponse:
    return HttpResponse(get_template(template).render({"LANGUAGE_CODE": get_language(), **context}))


def _json(status: Status) -> HttpResponse:
    return JsonResponse(summary(status), headers=_ANY_ORIGIN)


def _json_away() -> HttpResponse:
    return JsonResponse(away(timezone.now()), headers=_ANY_ORIGIN)


def _feed(status: Status) -> HttpResponse:
    """https://www.rfc-editor.org/rfc/rfc4287"""
    base = settings.BASE_URL
    feed = Atom1Feed(
        title=_("QSmartCare status"),
        link=base + reverse("portal:status"),
        description="",
        feed_url=base + reverse("portal:status-feed"),
    )
    for each in status.incidents:
        feed.add_item(
            title=shown.in_language(each.title),
            link=address_of(each),
            description=_feed_text(each),
            unique_id=address_of(each),
            pubdate=each.begins_at,
            updateddate=each.changed_at,
        )
    content_type = "application/atom+xml; charset=utf-8"
    return HttpResponse(feed.writeString("utf-8"), content_type=content_type, headers=_ANY_ORIGIN)


def _feed_text(told: Told) -> str:
    return "\n\n".join(
        f"{shown.STAGES[each.stage]} ({each.told_at:%Y-%m-%d %H:%M} UTC): "
        f"{shown.in_language(each.text)}"
        for each in told.updates
    )


def _feed_away() -> HttpResponse:
    return HttpResponse(content_type="text/plain; charset=utf-8")


page = _told_of_all(_page, _page_away)
as_json = _told_of_all(_json, _json_away)
feed = _told_of_all(_feed, _feed_away)
