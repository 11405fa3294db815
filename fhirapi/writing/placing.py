"""Whose data a written resource is. https://hl7.org/fhir/R4/compartmentdefinition-patient.html"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from fhirapi.outcomes import Outcome, Problem
from fhirapi.searchparams.index import IndexEntry
from fhirapi.store.compartment import targets, treated_patients_of
from fhirapi.store.entry import Malformed, entry_of
from fhirapi.write_outcomes import invalid_resource
from fhirapi.writing.change import Writer
from fhirapi.writing.deeds import Deed, at, told


class Placed(NamedTuple):
    deed: Deed
    entry: IndexEntry


def place(writer: Writer, deeds: Sequence[Deed]) -> list[Placed]:
    """Those that store something, with what is indexed of them. Raises the 422 outcome."""
    placed = [Placed(deed, _entry(deed)) for deed in deeds if deed.resource is not None]
    forms = {id(each): targets(each.deed.change.resource_type, _resource(each)) for each in placed}
    owners = _owners(writer, placed, set(chain.from_iterable(forms.values())))
    waiting = [each for each in placed if each.deed.change.resource_type.patient]
    while waiting:  # what is about another of the request may come before it
        names = {"/".join(each.deed.identity) for each in waiting}
        left = [each for each in waiting if not _place(each, forms[id(each)], owners, names)]
        if len(left) == len(waiting):
            raise _nobodys(left[0])
        waiting = left
    return placed


def require_same_patient(placed: Sequence[Placed]) -> None:
    """A record stays the patient's whose it is. Raises 422.

    A guardian's account sees whom the RelatedPerson is about; files and provenance of a document
    are whose the document was when they were stored.
    """
    for each in placed:
        standing = each.deed.standing
        if standing and standing.patient_id not in (None, each.entry.patient_id):
            raise _wrong(each, "It is another patient's; make a new one instead.")


def _resource(placed: Placed) -> dict[str, object]:
    assert placed.deed.resource is not None, "only what is stored is placed"  # noqa: S101
    return placed.deed.resource


def _entry(deed: Deed) -> IndexEntry:
    with at(deed):
        try:
            return entry_of(deed.change.resource_type, deed.resource or {})
        except Malformed as error:
            raise invalid_resource((Problem("structure", str(error), deed.name),)) from None


def _owners(writer: Writer, placed: Sequence[Placed], asked: set[str]) -> dict[str, str]:
    """Patients of what is referred to: patients themselves, what comes along, what is stored."""
    owners = {form: form.removeprefix("Patient/") for form in asked if form.startswith("Patient/")}
    arriving = {"/".join(each.deed.identity) for each in placed}
    return treated_patients_of(writer.caller, asked - owners.keys() - arriving) | owners


def _place(placed: Placed, forms: Sequence[str], owners: dict[str, str], waiting: set[str]) -> bool:
    """False where that cannot be said before another, of those that wait too, is placed."""
    deed, entry = placed
    name = "/".join(deed.identity)
    if any(form in waiting and form not in owners and form != name for form in forms):
        return False
    found = {owners[form] for form in forms if form in owners}
    if len(found) > 1:
        raise _wrong(placed, "It refers to data of several patients.")
    if not found and entry.patient_id is None:
        if not forms:
            raise _wrong(placed, "It names no patient, so it would be nobody's data.")
        return False
    entry.patient_id = next(iter(found), entry.patient_id)
    if entry.patient_id:
        owners[name] = entry.patient_id
    return True


def _nobodys(placed: Placed) -> Outcome:
    return _wrong(placed, "It refers to nothing that is a patient's data.")


def _wrong(placed: Placed, text: str) -> Outcome:
    change = placed.deed.change
    path = f"{change.resource_type.name}.{change.resource_type.patient}"
    return told(invalid_resource((Problem("business-rule", text, path),)), placed.deed)
