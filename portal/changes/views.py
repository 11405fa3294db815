"""The page of changes and its feed."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from fhirapi.definitions import deprecations
from fhirapi.definitions.deprecations import Deprecation
from portal.changes import changelog

_KEPT = 300


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    language = _language()
    context = {
        "deprecations": [_shown(each, language) for each in deprecations.DEPRECATIONS],
        "releases": changelog.releases(),
    }
    return render(request, "changes/changes.html", context)


@require_safe
@cache_control(public=True, max_age=_KEPT)
def feed(request: HttpRequest) -> HttpResponse:
    """https://www.rfc-editor.org/rfc/rfc4287 - what is going to end, and releases."""
    language = _language()
    page = settings.BASE_URL + reverse("portal:changes")
    told = Atom1Feed(
        title=_("Changes of QSmartCare"),
        link=page,
        description="",
        feed_url=settings.BASE_URL + reverse("portal:changes-feed"),
    )
    for row in deprecations.DEPRECATIONS:
        told.add_item(
            title=_("Going to end: %(what)s") % {"what": row.what[language]},
            link=f"{page}#{row.key}",
            description=row.instead[language],
            unique_id=f"{page}#{row.key}",
            pubdate=row.since,
            updateddate=row.since,
        )
    for release in changelog.releases():
        told.add_item(
            title=release.name,
            link=f"{page}#{release.key}",
            description=release.body,
            unique_id=f"{page}#{release.key}",
            pubdate=release.moment,
            updateddate=release.moment,
        )
    content_type = "application/atom+xml; charset=utf-8"
    return HttpResponse(
        told.writeString("utf-8"),
        content_type=content_type,
        headers={"Access-Control-Allow-Origin": "*"},
    )


def _language() -> str:
    return "es" if (get_language() or "en").startswith("es") else "en"


def _shown(row: Deprecation, language: str) -> dict[str, object]:
    return {
        "key": row.key,
        "what": row.what[language],
        "instead": row.instead[language],
        "since": row.since,
        "ends": row.ends,
    }
