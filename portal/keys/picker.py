"""The patient picker: search, choose several, take them away again; works without a script too.

What is chosen so far travels with the form as hidden fields, so the server keeps no state and a
half-made choice is lost with the page, as people expect.
"""

from dataclasses import dataclass, field

from django.http import QueryDict

from fhirapi.smart.people import patients
from fhirapi.smart.people.patients import PatientSummary
from portal.accounts.models import Account

MOST_PATIENTS = 500  # stays below DATA_UPLOAD_MAX_NUMBER_FIELDS
_SHOWN = 10
_LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Match:
    """A patient that was found, with what tells two of the same name apart."""

    id: str
    chip: str
    about: str


@dataclass(frozen=True)
class Picker:
    chosen: list[PatientSummary] = field(default_factory=list)
    text: str = ""
    found: list[Match] | None = None
    """None: nothing was searched for."""
    has_more: bool = False
    error: str = ""
    news: str = ""
    """What just happened, for the live region."""

    @property
    def summary(self) -> str:
        count = len(self.chosen)
        return f"{count} patient{'' if count == 1 else 's'} chosen"


def of_ids(
    account: Account, patient_ids: list[str], *, error: str = "", address: str | None = None
) -> Picker:
    return Picker(patients.summaries(account, patient_ids, address=address), error=error)


def is_step(form: QueryDict) -> bool:
    """Whether the form was sent to search, add or remove rather than to be saved."""
    if {"add", "remove", "search"} & form.keys():
        return True
    # Enter in the search box, without a script: searching is what was meant.
    return "save" not in form and bool(form.get("find", "").strip())


def step(account: Account, form: QueryDict, *, address: str | None = None) -> Picker:
    """Carries out one search, addition or removal."""
    chosen_ids = chosen_in(form)
    text = _clean(form.get("find", ""))[:_LONGEST_SEARCH]
    if added := _clean(form.get("add", "")):
        chosen = patients.summaries(account, [*chosen_ids, added], address=address)
        return _changed(chosen, f"{_chip(chosen, added)} added.")
    if removed := _clean(form.get("remove", "")):
        before = patients.summaries(account, chosen_ids, address=address)
        return _changed(
            [each for each in before if each.id != removed], f"{_chip(before, removed)} removed."
        )
    chosen = patients.summaries(account, chosen_ids, address=address)
    if not text:
        return Picker(chosen)
    return _searched(account, chosen, text, address)


def chosen_in(form: QueryDict) -> list[str]:
    wanted = dict.fromkeys(_clean(each) for each in form.getlist("patients"))
    return list(wanted)[: MOST_PATIENTS + 1]


def _clean(text: str) -> str:
    """PostgreSQL's text cannot hold NUL; nobody types it."""
    return text.replace("\x00", "").strip()


def _searched(
    account: Account, chosen: list[PatientSummary], text: str, address: str | None
) -> Picker:
    chosen_ids = {each.id for each in chosen}
    every = patients.search(account, text, limit=_SHOWN + 1 + len(chosen), address=address)
    new = [each for each in every if each.id not in chosen_ids]
    has_more, found = len(new) > _SHOWN, [_match(each) for each in new[:_SHOWN]]
    count = f"{'More than ' if has_more else ''}{len(found) or 'No'}"
    news = f"{count} patient{'' if len(found) == 1 else 's'} found."
    return Picker(chosen, text, found, has_more, news=news)


def _match(patient: PatientSummary) -> Match:
    about = [f"born {patient.born}" if patient.born else "", patient.gender]
    return Match(patient.id, patient.chip, ", ".join(filter(None, about)))


def _changed(chosen: list[PatientSummary], what: str) -> Picker:
    count = len(chosen)
    return Picker(chosen, news=f"{what} {count} patient{'' if count == 1 else 's'} chosen.")


def _chip(among: list[PatientSummary], patient_id: str) -> str:
    """An id that is not the account's to choose is not named."""
    return next((each.chip for each in among if each.id == patient_id), "Nobody")
