"""What a token opens is what its export holds."""

import pytest
from django.utils import timezone

from tests import people
from tests.api import Api
from tests.bulk.exporting import Exporter
from tests.people import Person
from tests.smart import flow
from tests.smart.flow import App

pytestmark = pytest.mark.django_db(transaction=True)


class TestConstraints:
    LABORATORY = "system/Observation.rs?category=laboratory"

    def test_only_what_fulfils_the_scope_is_exported(self, approved: App) -> None:
        found = Exporter.service(approved, f"{self.LABORATORY} system/Patient.rs").export()
        assert found.types() == {"Patient": 3, "Observation": 2}
        assert {"Observation/r-lab", "Observation/z-lab"} <= set(found.ids())

    def test_a_query_narrows_it_and_never_widens_it(self, approved: App) -> None:
        exporter = Exporter.service(approved, self.LABORATORY)
        asked = {"_typeFilter": "Observation?patient=142859"}
        assert exporter.export("$export", asked).ids() == ["Observation/r-lab"]
        asked = {"_typeFilter": "Observation?category=vital-signs"}
        assert exporter.export("$export", asked).ids() == []

    def test_a_query_cannot_look_through_what_is_closed(self, approved: App) -> None:
        exporter = Exporter.service(approved, self.LABORATORY)
        asked = {"_typeFilter": "Observation?patient.family=Larson"}
        assert exporter.kick_off("$export", asked).status_code == 403

    def test_deletions_of_such_a_type_are_not_told_of(
        self, api: Api, approved: App, dr_grey: Person
    ) -> None:
        exporter = Exporter.service(approved, self.LABORATORY)
        moment = timezone.now().isoformat()
        grey = api.as_(people.writing_key(dr_grey))
        assert grey.send("DELETE", "Provenance/r-lab-told").status_code in (200, 204)
        assert grey.send("DELETE", "Observation/r-lab").status_code in (200, 204)
        assert exporter.export("$export", {"_since": moment}).deleted() == []


def test_what_can_be_read_but_not_searched_is_not_exported(approved: App) -> None:
    exporter = Exporter.service(approved, "system/Observation.r system/Patient.rs")
    assert exporter.export().types() == {"Patient": 3}
    assert exporter.kick_off(query={"_type": "Observation"}).status_code == 403


def test_a_doctors_key_exports_the_patients_it_names(
    api: Api, records: None, dr_grey: Person
) -> None:
    exporter = Exporter(api.as_(people.make_key(dr_grey, ["142860"])).token)
    found = exporter.export("Patient/$export", {"_type": "Patient,Observation,Practitioner"})
    assert found.ids() == ["Observation/j-pulse", "Patient/142860", "Practitioner/dr-grey"]


def test_an_app_that_a_patient_approved_exports_that_record(records: None, rebecca: Person) -> None:
    app = flow.symmetric()
    tokens = app.exchange(flow.code(app, rebecca)).json()
    exporter = Exporter(tokens["access_token"])
    found = exporter.export("Patient/$export", {"_type": "Patient,Observation"})
    assert found.ids() == ["Observation/r-lab", "Observation/r-pulse", "Patient/142859"]
    answer = exporter.post("Patient/$export", ("patient", "Patient/142860"))
    assert answer.status_code == 400


def test_a_patient_who_was_deleted_is_not_exported(
    api: Api, exporter: Exporter, dr_grey: Person
) -> None:
    grey = api.as_(people.writing_key(dr_grey, patient_ids=["142860"]))
    for name in ("Observation/j-pulse", "Patient/142860"):
        assert grey.send("DELETE", name).status_code in (200, 204)
    found = exporter.export("Patient/$export", {"_type": "Patient,Observation"}).ids()
    assert "Patient/142860" not in found
    assert "Observation/j-pulse" not in found
