"""The synthetic population, which is US Core, in the flat form and back."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from fhirapi.provider.checking import check
from fhirapi.provider.mapping import to_fhir, to_flat, whole
from fhirapi.provider.same import same
from fhirapi.provider.schema import Kind
from fhirapi.store.exact import write
from tests.provider.conftest import kinds, named, of_kind

EVERY_KIND = pytest.mark.parametrize("kind", kinds(), ids=named)

NOT_DATA = {
    ".text.status", ".text.div",  # of care plans: shown without the layout
    ".name[].use",  # which of the names is in use: shown as ``name``
    ".subject.display", ".patient.display", ".beneficiary.display", ".for.display",
    ".participant[].actor.display",  # the patient's name: the record of patient_id has it
    ".managingOrganization.display", ".performer[].onBehalfOf.display",  # likewise
}  # fmt: skip
"""What the flat form shows in another way, so that it is not made again from it."""


def _leaves(element: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(element, dict):
        for name, value in element.items():
            yield from _leaves(value, f"{path}.{name}")
    elif isinstance(element, list):
        for value in element:
            yield from _leaves(value, f"{path}[]")
    else:
        yield path, str(element)


@EVERY_KIND
def test_the_population_has_records_of_every_kind(kind: Kind) -> None:
    assert of_kind(kind)


@EVERY_KIND
def test_to_flat_and_back_changes_no_byte(kind: Kind) -> None:
    for resource in of_kind(kind):
        flat = to_flat(kind, resource)
        assert check(kind, flat, is_new=False, onto=resource) == []
        assert write(to_fhir(kind, flat, onto=resource)) == write(resource)
        assert write(to_fhir(kind, whole(kind, flat, resource), onto=resource)) == write(resource)


@EVERY_KIND
def test_everything_of_a_record_can_be_read_flat(kind: Kind) -> None:
    unread: Counter[str] = Counter()
    for resource in of_kind(kind):
        made = to_fhir(kind, to_flat(kind, resource))
        if "file_id" in to_flat(kind, resource):  # a note that is a file: nobody makes these
            continue
        lost = Counter(_leaves(resource)) - Counter(_leaves(made))
        unread.update(path for path, _value in lost if not path.startswith((".id", ".meta")))
    assert set(unread) <= NOT_DATA


@EVERY_KIND
def test_a_copy_made_from_the_flat_record_reads_the_same(kind: Kind) -> None:
    told = {each.name for each in kind.fields if each.is_read_only}
    has_default = {each.name for each in kind.fields if each.default is not None}
    for resource in of_kind(kind):
        flat = {name: part for name, part in to_flat(kind, resource).items() if name not in told}
        if "file_id" in to_flat(kind, resource):
            continue
        assert check(kind, flat, is_new=True) == []
        shown = to_flat(kind, to_fhir(kind, flat))
        added = (told | has_default) - flat.keys()
        assert same({name: shown[name] for name in shown if name not in added}, flat)
