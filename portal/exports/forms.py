"""What to export: whose data, which kinds of it, since when."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fhirapi.bulk.analytics.available import is_available
from fhirapi.bulk.asked import NDJSON, PARQUET
from fhirapi.bulk.in_portal import Group
from fhirapi.bulk.models import ExportJob
from fhirapi.definitions import registry
from fhirapi.smart.access import granular
from portal.accounts.models import Account
from portal.accounts.pin import LONGEST, require_pin
from portal.keys.forms import UsDateField

Level = ExportJob.Level


class ExportForm(forms.Form):
    level = forms.ChoiceField(
        label=_("Whose data"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose whose data you want."),
            "invalid_choice": _("Choose one of the list."),
        },
    )
    group = forms.ChoiceField(
        label=_("Group"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of your groups.")},
    )
    since = UsDateField(
        label=_("Only what has changed since"),
        required=False,
        help_text=_("MM/DD/YYYY. Left out: whatever its age."),
    )
    types = forms.MultipleChoiceField(
        label=_("Kinds of data"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of them."),
        error_messages={"invalid_choice": _("Choose kinds of data of the list.")},
    )
    output_format = forms.ChoiceField(
        label=_("Files"),
        widget=forms.RadioSelect,
        choices=[
            (NDJSON, _("NDJSON: a line for each resource, FHIR R4 as the API gives it")),
            (PARQUET, _("Parquet: tables for analysis, of resources and of their parts")),
        ],
        error_messages={
            "required": _("Choose how the files are written."),
            "invalid_choice": _("Choose one of the list."),
        },
    )
    pin = forms.CharField(
        label=_("Your PIN"),
        max_length=LONGEST,
        strip=True,
        help_text=_("Records of many people leave with an export, so we ask for it again."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Enter your PIN.")},
    )

    def __init__(
        self, *args: Any, account: Account, groups: Sequence[Group], patients: int, **kwargs: Any
    ) -> None:
        """``patients``: how many the account treats."""
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["level"].choices = _levels(bool(groups), patients)  # type: ignore[attr-defined]
        self.fields["types"].choices = [  # type: ignore[attr-defined]
            (each.name, granular.type_in_words(each.name, gettext)) for each in registry.every()
        ]
        if groups:
            named = [(each.id, _with_number(each.name, each.members)) for each in groups]
            self.fields["group"].choices = named  # type: ignore[attr-defined]
        else:
            del self.fields["group"]
        if not is_available():
            del self.fields["output_format"]

    @property
    def is_pin_refused(self) -> bool:
        return "pin" in self.errors

    @property
    def names_types(self) -> bool:
        """Whether some are ticked, or wrong: then they are shown at once."""
        return bool(self["types"].value() or (self.is_bound and self["types"].errors))

    def clean_since(self) -> datetime | None:
        day: date | None = self.cleaned_data["since"]
        if day is None:
            return None
        if day > timezone.localdate():
            raise forms.ValidationError(gettext("This day has yet to come."))
        return timezone.make_aware(datetime.combine(day, time.min))

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        require_pin(self.account, pin)
        return pin

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        is_of_group = given.get("level") == Level.GROUP
        if is_of_group and "group" not in self.errors and not given.get("group"):
            self.add_error("group", gettext("Choose one of your groups."))
        return given


def _levels(has_groups: bool, patients: int) -> list[tuple[str, str]]:
    words = ngettext("The patient in your care", "All %(count)d patients in your care", patients)
    mine = words % {"count": patients}
    everything = gettext("%(patients)s, and what the practice shares: places, colleagues, services")
    levels = [(Level.PATIENT.value, mine)]
    if has_groups:
        levels.append((Level.GROUP.value, gettext("The patients of one of your groups")))
    return [*levels, (Level.SYSTEM.value, everything % {"patients": mine})]


def _with_number(name: str, members: int) -> str:
    words = ngettext("%(name)s (%(count)d patient)", "%(name)s (%(count)d patients)", members)
    return words % {"name": name, "count": members}
