"""The demo's lists of patients: who can read them."""

import pytest

from fhirapi.bulk.groups import kept
from fhirapi.store.load import load
from fhirapi.synthetic.person import id_of
from fhirapi.synthetic.population import practice, practitioner_of, record
from qsmartcare.demo.population import GROUP_ID, generate_missing
from tests import people
from tests.api import ids
from tests.smart import tokens
from tests.smart.small_practice import whole_practice

pytestmark = pytest.mark.django_db
PATIENTS = 12


@pytest.fixture(autouse=True)
def _population() -> None:
    load(practice(1))
    for index in range(PATIENTS):
        load(record(1, index))
    generate_missing(PATIENTS, lambda detail: None)
    kept.refresh()  # as prepare does


def test_the_backend_service_reads_the_list_of_all() -> None:
    session = tokens.issue(whole_practice(), "system/*.rs")
    found = session.get(f"Group/{GROUP_ID}")
    assert found.status_code == 200
    assert len(found.json()["member"]) == PATIENTS
    assert GROUP_ID in ids(session.get(f"Group?member=Patient/{id_of(0)}"))


def test_the_provider_reads_the_own_panel_and_not_the_list_of_all() -> None:
    doctor = practitioner_of(1, 0)
    session = tokens.issue(people.linked_doctor("provider", "Grey", doctor), "user/*.rs")
    assert ids(session.get("Group")) == [f"panel-{doctor}"]
    assert session.get(f"Group/panel-{doctor}").status_code == 200
    assert session.get(f"Group/{GROUP_ID}").status_code == 404


def test_a_patient_on_it_does_not_read_it() -> None:
    patient = people.linked_patient("rebecca", "Rebecca", "Larson", id_of(0))
    session = tokens.issue(patient, "patient/*.rs", patient=id_of(0))
    assert session.get(f"Group/{GROUP_ID}").status_code == 404
    assert ids(session.get("Group")) == []
