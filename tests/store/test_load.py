"""Loading: everything or nothing, and every derived row with it."""

from itertools import permutations
from typing import Any

import pytest
from django.db import ProgrammingError, connection

from fhirapi.audit.models import AuditRecord
from fhirapi.outcomes import Outcome
from fhirapi.store.load import AlreadyStored, load
from fhirapi.store.models import CareRelationship, Content, SearchDate, SearchRow, SearchString
from tests import people

REBECCA = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
PULSE = people.observation("o", "142859")


def _provenance(target: str) -> dict[str, Any]:
    return {"resourceType": "Provenance", "id": "p", "target": [{"reference": target}]}


def _binary(owner: str) -> dict[str, Any]:
    return {
        "resourceType": "Binary", "id": "b", "contentType": "text/plain",
        "securityContext": {"reference": owner},
    }  # fmt: skip


@pytest.mark.django_db
def test_it_counts_what_it_stored_and_derives_the_rest() -> None:
    assert load([REBECCA, people.observation("o", "142859")]) == 2
    assert Content.objects.get(resource_id="o").patient_id == "142859"
    assert SearchRow.objects.get(resource_id="o").clinical_date is not None
    assert SearchString.objects.filter(value="larson").exists()
    assert SearchDate.objects.exists()
    assert CareRelationship.objects.get().practitioner_id == "dr-grey"


@pytest.mark.django_db
def test_version_and_date_are_added_where_they_are_missing() -> None:
    load([REBECCA])
    assert '"versionId":"1","lastUpdated":"' in Content.objects.get().content


@pytest.mark.django_db
def test_a_resource_that_is_already_there_stops_the_whole_load() -> None:
    load([REBECCA])
    with pytest.raises(AlreadyStored):
        load([people.observation("o", "142859"), REBECCA])
    assert not Content.objects.filter(resource_id="o").exists()


@pytest.mark.django_db
def test_an_unknown_type_stops_the_whole_load() -> None:
    with pytest.raises(Outcome):
        load([REBECCA, {"resourceType": "Unicorn", "id": "1"}])
    assert not Content.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_what_has_no_patient_of_its_own_belongs_to_whom_its_target_does(
    order: tuple[int, ...],
) -> None:
    connected = [REBECCA, PULSE, _binary("Observation/o"), _provenance("Binary/b")]
    load([connected[place] for place in order])
    assert set(Content.objects.values_list("patient_id", flat=True)) == {"142859"}
    assert set(SearchRow.objects.values_list("patient_id", flat=True)) == {"142859"}


@pytest.mark.django_db
def test_also_if_the_target_comes_many_resources_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhirapi.store.load._BATCH", 1)
    load([_provenance("Binary/b"), _binary("Observation/o"), PULSE, REBECCA])
    assert Content.objects.get(resource_id="p").patient_id == "142859"


@pytest.mark.django_db
def test_also_if_the_target_is_stored_already() -> None:
    load([REBECCA, PULSE])
    load([_provenance("Binary/b"), _binary("Observation/o")])
    assert set(Content.objects.values_list("patient_id", flat=True)) == {"142859"}


@pytest.mark.django_db
def test_what_belongs_to_the_practice_has_no_patient() -> None:
    load([_provenance("Practitioner/dr-grey"), people.practitioner("dr-grey", "Grey")])
    assert Content.objects.get(resource_id="p").patient_id is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    ["UPDATE fhirapi_auditrecord SET outcome = 'denied'", "DELETE FROM fhirapi_auditrecord"],
)
def test_the_audit_trail_is_append_only(change: str) -> None:
    AuditRecord.objects.create(action="read", outcome="success")
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="append-only"):
        cursor.execute(change)
