"""The patient picker: search, choose one or all found, paste MRNs, take patients away again.

It works without a script too.
What is chosen so far travels with the form as hidden fields, so the server keeps no state and a
half-made choice is lost with the page, as people expect.
"""

from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fhirapi.smart.people import patients
from fhirapi.smart.people.patients import PatientSummary
from portal.accounts.models import Account
from portal.keys import mrns

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
    missed: list[str] = field(default_factory=list)
    """Pasted MRNs that no patient under care has."""

    @property
    def summary(self) -> str:
        count = len(self.chosen)
        words = ngettext("%(number)s patient chosen", "%(number)s patients chosen", count)
        return words % {"number": count}


def of_ids(
    account: Account, patient_ids: list[str], *, error: str = "", address: str | None = None
) -> Picker:
    return Picker(patients.summaries(account, patient_ids, address=address), error=error)


_STEPS = {"add", "add-all", "add-list", "remove", "remove-all", "search"}


def is_step(form: QueryDict) -> bool:
    """Whether the form was sent to search, add or remove rather than to be saved."""
    if form.keys() & _STEPS:
        return True
    # Enter in the search box, without a script: searching is what was meant.
    return "save" not in form and bool(form.get("find", "").strip())


def too_many() -> str:
    return _("Choose at most %(most)s patients for one key.") % {"most": MOST_PATIENTS}


def step(account: Account, form: QueryDict, *, address: str | None = None) -> Picker:
    """Carries out one search, addition or removal."""
    chosen_ids = chosen_in(form)
    text = _clean(form.get("find", ""))[:_LONGEST_SEARCH]
    if added := _clean(form.get("add", "")):
        return _added_one(account, chosen_ids, added, address)
    before = patients.summaries(account, chosen_ids, address=address)
    if removed := _clean(form.get("remove", "")):
        after = [each for each in before if each.id != removed]
        return _changed(after, _("%(patient)s removed.") % {"patient": _chip(before, removed)})
    if "remove-all" in form:
        return _changed([], _("All patients removed."))
    if "add-list" in form:
        return _added_list(account, before, form.get("mrns", ""), address)
    if not text:
        return Picker(before)
    if "add-all" in form:
        return _added_all(account, before, text, address)
    return _searched(account, before, text, address)


def _added_one(account: Account, chosen_ids: list[str], added: str, address: str | None) -> Picker:
    chosen = patients.summaries(account, [*chosen_ids, added], address=address)
    return _changed(chosen, _("%(patient)s added.") % {"patient": _chip(chosen, added)})


def _added_all(
    account: Account, before: list[PatientSummary], text: str, address: str | None
) -> Picker:
    """All whom the words find, if the key may have as many."""
    found = patients.search(account, text, limit=MOST_PATIENTS + 1, address=address)
    return _with_more(before, found, text)


def _added_list(
    account: Account, before: list[PatientSummary], pasted: str, address: str | None
) -> Picker:
    wanted = mrns.in_text(_clean(pasted))
    if len(wanted) > MOST_PATIENTS:
        return Picker(before, error=too_many())
    found = patients.of_mrns(account, wanted, address=address)
    known = {each.mrn for each in found}
    missed = [each for each in wanted if each not in known]
    return replace(_with_more(before, found), missed=missed)


def _with_more(before: list[PatientSummary], found: list[PatientSummary], text: str = "") -> Picker:
    chosen_ids = {each.id for each in before}
    new = [each for each in found if each.id not in chosen_ids]
    if len(before) + len(new) > MOST_PATIENTS:
        return Picker(before, text, error=too_many())
    words = ngettext("%(number)s patient added.", "%(number)s patients added.", len(new))
    return _changed([*before, *new], words % {"number": len(new)})


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
    return Picker(chosen, text, found, has_more, news=_found_in_words(len(found), has_more))


def _found_in_words(count: int, has_more: bool) -> str:
    if not count:
        return _("No patients found.")
    if has_more:
        return _("More than %(number)s patients found.") % {"number": count}
    return ngettext("%(number)s patient found.", "%(number)s patients found.", count) % {
        "number": count
    }


def _match(patient: PatientSummary) -> Match:
    born = _("born %(date)s") % {"date": patient.born} if patient.born else ""
    about = [born, _(patient.gender) if patient.gender else ""]
    return Match(patient.id, patient.chip, ", ".join(filter(None, about)))


def _changed(chosen: list[PatientSummary], what: str) -> Picker:
    picker = Picker(chosen)
    return replace(picker, news=f"{what} {picker.summary}.")


def _chip(among: list[PatientSummary], patient_id: str) -> str:
    """An id that is not the account's to choose is not named."""
    return next((each.chip for each in among if each.id == patient_id), _("Nobody"))
