"""Announcements on top of the pages: whom each is for, and that a browser has seen enough of it.

Which ones were put away a cookie remembers: it works without a script and without an account.
"""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_POST

from portal.accounts.access import safe_next
from portal.operations.models import Announcement

COOKIE = "qsmartcare_put_away"
_MOST = 3
"""At once: more than that nobody reads."""
_REMEMBERED = 20
_A_YEAR = 365 * 24 * 3600


def context(request: HttpRequest) -> dict[str, object]:
    """For every page's frame; asked of the database only where the frame shows it."""
    return {"announcements": SimpleLazyObject(lambda: current(request))}


def current(request: HttpRequest) -> list[Announcement]:
    now = timezone.now()
    found = Announcement.objects.filter(begins_at__lte=now, ends_at__gt=now)
    if not getattr(getattr(request, "user", None), "is_authenticated", False):
        found = found.filter(audience=Announcement.Audience.EVERYBODY)
    try:
        return list(found.exclude(pk__in=_put_away(request)).order_by("-pk")[:_MOST])
    except DatabaseError:  # an error page is shown without the database, too
        return []


@require_POST
def put_away(request: HttpRequest, announcement_id: int) -> HttpResponse:
    response = redirect(safe_next(request) or "portal:landing")
    known = [each for each in _put_away(request) if each != announcement_id]
    kept = [*known, announcement_id][-_REMEMBERED:]
    response.set_cookie(
        COOKIE,
        ".".join(map(str, kept)),
        max_age=_A_YEAR,
        httponly=True,
        samesite="Lax",
        secure=settings.IS_HTTPS,
    )
    return response


def _put_away(request: HttpRequest) -> list[int]:
    words = request.COOKIES.get(COOKIE, "").split(".")[-_REMEMBERED:]
    return [int(each) for each in words if each.isascii() and each.isdecimal() and len(each) < 19]
