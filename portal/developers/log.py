"""An app's requests: newest first, filtered, in pages; as a file too."""

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from fhirapi.requestlog import reading
from fhirapi.requestlog.models import KEPT, RequestRecord
from fhirapi.requestlog.reading import Place, Wanted
from fhirapi.smart.models import Client
from portal.accounts.access import AccountRequest, signed_in
from portal.developers.own import own_app
from portal.documentation.codes import remedy

RANGES = {
    "1h": (gettext_lazy("Last hour"), timedelta(hours=1)),
    "24h": (gettext_lazy("Last 24 hours"), timedelta(hours=24)),
    "7d": (gettext_lazy("Last 7 days"), timedelta(days=7)),
    "30d": (gettext_lazy("Last 30 days"), KEPT),
}
DEFAULT = "24h"
_STATUSES = (
    ("", gettext_lazy("All")),
    ("ok", gettext_lazy("Answered")),
    ("errors", gettext_lazy("Errors")),
    ("4", gettext_lazy("4xx: the request")),
    ("5", gettext_lazy("5xx: our fault")),
)
_COLUMNS = ("at", "route", "status", "ms", "error")


class Filters(forms.Form):
    range = forms.ChoiceField(
        label=gettext_lazy("When"), choices=[(name, told[0]) for name, told in RANGES.items()]
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Result"), required=False, choices=list(_STATUSES)
    )
    route = forms.ChoiceField(label=gettext_lazy("Route"), required=False)

    def __init__(self, given: QueryDict, routes: list[str]) -> None:
        asked = {
            "range": given.get("range", DEFAULT),
            "status": given.get("status", ""),
            "route": given.get("route", ""),
        }
        super().__init__(asked, auto_id="filter-%s")
        if asked["route"] and asked["route"] not in routes:
            routes = [*routes, asked["route"][:200]]
        chosen: Any = self.fields["route"]
        chosen.choices = [("", _("All")), *((each, each) for each in routes)]

    def wanted(self, app: Client) -> Wanted:
        """What is not one of the choices counts as not chosen."""
        self.full_clean()
        given = self.cleaned_data
        _words, length = RANGES[given.get("range", DEFAULT)]
        return Wanted(
            client_id=str(app.client_id),
            since=timezone.now() - length,
            status_class=given.get("status", ""),
            route=given.get("route", ""),
        )

    def query(self, **more: str) -> str:
        told = {name: value for name, value in self.cleaned_data.items() if value}
        return urlencode({**told, **more})


@require_safe
@signed_in
def request_log(request: AccountRequest, client_id: str) -> HttpResponse:
    app = own_app(request.user, client_id)
    filters = Filters(request.GET, reading.routes(client_id))
    wanted, after = filters.wanted(app), _place(request)
    rows, place = reading.page(wanted, after)
    context = {
        "app": app,
        "filters": filters,
        "rows": [(each, remedy(each.error, each.status)) for each in rows],
        "older": place and filters.query(after=f"{place.at.isoformat()}_{place.id}"),
        "newest": filters.query(),
        "is_first": after is None,
        "is_live": after is None and request.GET.get("live") == "1",
        "live": filters.query(live="1"),
        "is_filtered": bool(wanted.status_class or wanted.route),
        "kept_days": KEPT.days,
    }
    return render(request, "developers/log.html", context)


@require_safe
@signed_in
def download_log(request: AccountRequest, client_id: str, form: str) -> HttpResponseBase:
    app = own_app(request.user, client_id)
    rows = reading.download(Filters(request.GET, reading.routes(client_id)).wanted(app))
    lines, kind = {
        "csv": (_csv(rows), "text/csv; charset=utf-8"),
        "ndjson": (_ndjson(rows), "application/x-ndjson"),
    }[form]
    response = StreamingHttpResponse(lines, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="requests-{client_id}.{form}"'
    return response


def _place(request: HttpRequest) -> Place | None:
    """Where the page before ended; whatever is no such place leads to the first page."""
    at, _glue, row_id = request.GET.get("after", "").partition("_")
    try:
        found = parse_datetime(at)
    except ValueError:
        return None
    is_one = found is not None and timezone.is_aware(found) and row_id.isdecimal()
    is_one = is_one and len(row_id) <= len(str(2**62))
    return Place(found, int(row_id)) if found and is_one else None


def _ndjson(rows: Iterator[RequestRecord]) -> Iterator[bytes]:
    for each in rows:
        yield orjson.dumps(_told(each)) + b"\n"


def _csv(rows: Iterator[RequestRecord]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield str(writer.writerow(_COLUMNS))
    for each in rows:
        yield str(writer.writerow(_told(each).values()))


class _Line:
    """A file that hands back what is written to it, so that rows need no memory."""

    def write(self, text: str) -> str:
        return text


def _told(record: RequestRecord) -> dict[str, Any]:
    told = {name: getattr(record, name) for name in _COLUMNS}
    at: datetime = record.at
    return {**told, "at": at.isoformat(timespec="milliseconds")}
