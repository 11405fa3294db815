"""The trail as a CSV file: asked first, written down, and sent while it is being read.

RFC 4180. What begins like a formula is quoted, as spreadsheets would run it:
https://owasp.org/www-community/attacks/CSV_Injection
"""

import csv
from collections.abc import Iterator
from datetime import tzinfo

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.access import AccountRequest, signed_in
from portal.activity import filters, runs
from portal.activity.filters import FilterForm, Wanted
from portal.activity.names import names_of
from portal.activity.reader import Reader, reader_of
from portal.activity.views import kept
from portal.activity.words import Entry, entry

MOST = 100_000
"""Records in a file; with a range of dates the rest comes in others."""
_AT_ONCE = 2_000
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """What the csv module writes to: hands each line on."""

    def write(self, line: str) -> str:
        return line


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def export(request: AccountRequest) -> HttpResponseBase:
    """The filter stands in the address, as on the page that leads here."""
    reader = reader_of(request.user, address=address_of(request))
    form = FilterForm(request.GET, reader)
    if not form.is_valid():
        return redirect("portal:activity")
    if request.method == "POST":
        return _file(request, reader, form.wanted(filters.tab_of(request.GET, reader)))
    context = {"query": kept(request), "most": MOST}
    return render(request, "activity/export.html", context)


def _file(request: AccountRequest, reader: Reader, wanted: Wanted) -> HttpResponseBase:
    record(
        AuditRecord.Action.AUDIT_EXPORT,
        account_id=request.user.pk,
        patient_ids=reader.records or None,
        address=address_of(request),
    )
    language, zone = translation.get_language(), timezone.get_current_timezone()
    lines = _lines(reader, wanted, language, zone)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"qsmartcare-activity-{timezone.localdate():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(reader: Reader, wanted: Wanted, language: str, zone: tzinfo) -> Iterator[str]:
    writer = csv.writer(_Echo())
    with translation.override(language):
        head = [_("When"), _("Time zone"), _("What"), _("Who"), _("App or access key"),
                _("Outcome"), _("From")]  # fmt: skip
        outcomes = _("Done"), _("Refused")
    # A byte order mark, without which spreadsheets take UTF-8 for something older.
    yield "\ufeff" + writer.writerow(head)
    before, written = None, 0
    while written < MOST:
        # The page's middleware is gone by now: language and time zone are the reader's once more.
        with translation.override(language):
            page = runs.page(reader, wanted, before, size=_AT_ONCE, grouped=False)
            names = names_of(
                {each.account_id for each in page.runs if each.account_id},
                {each.client_id for each in page.runs if each.client_id},
            )
            told = [entry(each, reader, names) for each in page.runs]
        yield "".join(writer.writerow(_cells(each, zone, outcomes)) for each in told)
        written += len(told)
        if page.older is None:
            return
        before = page.older


def _cells(told: Entry, zone: tzinfo, outcomes: tuple[str, str]) -> list[str]:
    when = told.when.astimezone(zone)
    cells = [
        date_format(when, "m/d/Y H:i:s"), str(when.tzname()), told.what, told.who, told.app,
        outcomes[told.was_denied], told.address,
    ]  # fmt: skip
    return [_harmless(each) for each in cells]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell
