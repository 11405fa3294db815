"""What of the trail somebody wants to see; it all stands in the page's address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhirapi.definitions import registry
from portal.activity import kinds
from portal.activity.reader import Reader

_LONGEST_ID = 18  # digits; more than a bigint has are no id of a record
_PERSON, _APP = "person:", "app:"


@dataclass(frozen=True)
class Wanted:
    tab: str = kinds.EVERYTHING
    account_id: int | None = None
    client_id: str | None = None
    resource_type: str | None = None
    actions: tuple[str, ...] | None = None
    patient_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""


class FilterForm(forms.Form):
    who = forms.CharField(
        label=gettext_lazy("Person or app"), required=False, max_length=300, widget=forms.Select
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of data"), required=False)
    did = forms.ChoiceField(label=gettext_lazy("What was done"), required=False)
    whose = forms.ChoiceField(label=gettext_lazy("Whose record"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, data: QueryDict, reader: Reader) -> None:
        super().__init__(data, label_suffix="")
        anything = ("", _("Anything"))
        types = sorted((_(each.words), each.name) for each in registry.readable())
        self._choose("kind", [anything, *((name, words) for words, name in types)])
        self._choose("did", [anything, *((key, each[0]) for key, each in kinds.DONE.items())])
        records = [(each, reader.whose(each)) for each in reader.records]
        if len(records) > 1:
            self._choose("whose", [("", _("Any of them")), *records])
        else:
            del self.fields["whose"]
        for name in ("since", "until"):  # as date inputs write it
            field: Any = self.fields[name]
            field.input_formats = ["%Y-%m-%d", "%m/%d/%Y"]
            field.widget.format = "%Y-%m-%d"

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        """Persons and apps to choose from: known once the trail has been looked at."""
        widget: Any = self.fields["who"].widget
        widget.choices = [("", _("Anybody")), *people]

    def clean_who(self) -> str:
        who: str = self.cleaned_data["who"]
        number = who.removeprefix(_PERSON)
        is_person = number != who and number.isascii() and number.isdecimal()
        if who and not (is_person and len(number) <= _LONGEST_ID) and not who.startswith(_APP):
            raise forms.ValidationError(_("Choose a person or an app."))
        return who

    def clean(self) -> dict[str, Any]:
        told = super().clean() or self.cleaned_data
        since, until = told.get("since"), told.get("until")
        if since and until and since > until:
            self.add_error("until", _("Until comes before From."))
        return told

    def wanted(self, tab: str) -> Wanted:
        told = self.cleaned_data
        who = told["who"]
        done = kinds.DONE.get(told["did"])
        return Wanted(
            tab=tab,
            account_id=int(who.removeprefix(_PERSON)) if who.startswith(_PERSON) else None,
            client_id=who.removeprefix(_APP) if who.startswith(_APP) else None,
            resource_type=told["kind"] or None,
            actions=tuple(done[1]) if done else None,
            patient_id=told.get("whose") or None,
            since=_midnight(told["since"]),
            until=_midnight(told["until"], days=1),
        )

    def _choose(self, name: str, choices: list[Any]) -> None:
        field: Any = self.fields[name]
        field.choices = choices


def person(account_id: int) -> str:
    return f"{_PERSON}{account_id}"


def app(client_id: str) -> str:
    return f"{_APP}{client_id}"


def tab_of(params: QueryDict, reader: Reader) -> str:
    tab = params.get("tab", "")
    is_there = tab in kinds.TABS and (tab != kinds.RECORD or reader.records)
    return tab if is_there else kinds.EVERYTHING


def before_of(params: QueryDict) -> int | None:
    before = params.get("before", "")
    is_id = before.isascii() and before.isdecimal() and len(before) <= _LONGEST_ID
    return int(before) if is_id else None


def _midnight(day: Any, days: int = 0) -> datetime | None:
    """In the reader's time zone, whose midnight may be a time that is skipped or comes twice."""
    if day is None or day.year > 9000:  # nothing is recorded then; and a day later must exist
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time.min))
