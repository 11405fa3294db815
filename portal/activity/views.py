"""A person's own audit trail; a patient and a guardian also see who opened the record."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fhirapi.audit.record import address_of
from portal.accounts.access import AccountRequest, signed_in
from portal.activity import filters, kinds, runs
from portal.activity.filters import FilterForm
from portal.activity.names import Names, names_of
from portal.activity.reader import Reader, reader_of
from portal.activity.runs import Page
from portal.activity.words import app_in_words, entry, person_in_words

_A_PAGE = 25


@dataclass(frozen=True)
class Tab:
    words: str | Promise
    query: str
    is_current: bool


@require_safe
@signed_in
def activity(request: AccountRequest) -> HttpResponse:
    """Paged by id, not by number: new records do not push old ones from page to page."""
    reader = reader_of(request.user, address=address_of(request))
    tab = filters.tab_of(request.GET, reader)
    form = FilterForm(request.GET, reader)
    before = filters.before_of(request.GET)
    page, names = Page([], None), Names()
    if form.is_valid():
        page = runs.page(reader, form.wanted(tab), before, size=_A_PAGE)
        names = names_of(page.account_ids, page.client_ids)
    form.offer(_offered(page, reader, names, form["who"].value() or ""))
    context = {
        "form": form,
        "tab": tab,
        "tabs": _tabs(tab, reader),
        "entries": [entry(each, reader, names) for each in page.runs],
        "reader": reader,
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "older": page.older,
        "newest_query": kept(request),
        "is_first": before is None,
    }
    return render(request, "activity/activity.html", context)


def kept(request: AccountRequest) -> str:
    """What of the address goes along to another page: the tab and the filter."""
    names = ("tab", *FilterForm.base_fields)
    found = {name: request.GET[name] for name in names if request.GET.get(name)}
    return urlencode(found)


def _tabs(current: str, reader: Reader) -> list[Tab]:
    return [
        Tab(_("Who opened the records") if key == kinds.RECORD and reader.wards else words,
            urlencode({"tab": key}) if key != kinds.EVERYTHING else "", key == current)
        for key, words in kinds.TABS.items()
        if key != kinds.RECORD or reader.records
    ]  # fmt: skip


def _offered(page: Page, reader: Reader, names: Names, chosen: str) -> list[tuple[str, str]]:
    """Everybody on whom one may filter. Not other people's access keys: those are not told."""
    own = reader.account.pk
    people = [(filters.person(own), _("You and your apps"))]
    people += sorted(
        ((filters.person(each), person_in_words(each, names)) for each in page.account_ids
         if each != own), key=lambda each: each[1],
    )  # fmt: skip
    apps = [each for each in page.client_ids if each in names.apps]
    people += sorted(
        ((filters.app(each), app_in_words(each, names, True)) for each in apps),
        key=lambda each: each[1],
    )
    if chosen and chosen not in [value for value, words in people]:
        people.append((chosen, _chosen_in_words(chosen)))
    return people


def _chosen_in_words(chosen: str) -> str:
    """Of somebody who is not in what was looked at: an app that has not done anything yet."""
    app_id = chosen.removeprefix(filters.app(""))
    found = names_of([], [app_id]).apps if app_id != chosen and "\x00" not in chosen else {}
    return found.get(app_id, _("Somebody else"))
