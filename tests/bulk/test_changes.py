"""``_since``: what changed, and what was deleted; each resource as it was at transactionTime."""

from typing import Any

import pytest
from django.utils import timezone

from fhirapi.bulk import tasks
from fhirapi.bulk.models import ExportJob
from tests import people
from tests.api import Api, Session
from tests.bulk.conftest import group
from tests.bulk.exporting import Exported, Exporter
from tests.people import Person
from tests.smart.flow import App

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def grey(api: Api, dr_grey: Person) -> Session:
    """Dr. Grey, who may write for Rebecca and John."""
    return api.as_(people.writing_key(dr_grey, patient_ids=["142859", "142860"]))


def ok(answer: Any) -> None:
    assert answer.status_code in (200, 201, 204), answer.content


def change(session: Session, name: str, patient_id: str, code: str) -> None:
    ok(session.send("PUT", f"Observation/{name}", people.observation(name, patient_id, code=code)))


class TestSince:
    def test_what_changed_and_what_is_new_comes(self, exporter: Exporter, grey: Session) -> None:
        first = exporter.export().manifest["transactionTime"]
        change(grey, "r-pulse", "142859", "8480-6")
        change(grey, "j-new", "142860", "8480-6")
        found = exporter.export("$export", {"_since": first})
        assert found.ids() == ["Observation/j-new", "Observation/r-pulse"]

    def test_nothing_where_nothing_changed(self, exporter: Exporter) -> None:
        first = exporter.export().manifest["transactionTime"]
        manifest = exporter.export("Patient/$export", {"_since": first}).manifest
        assert (manifest["output"], manifest["deleted"], manifest["error"]) == ([], [], [])

    def test_deletions_are_told_of(self, exporter: Exporter, grey: Session) -> None:
        first = exporter.export().manifest["transactionTime"]
        ok(grey.send("DELETE", "Provenance/r-lab-told"))
        ok(grey.send("DELETE", "Observation/r-lab"))
        found = exporter.export("$export", {"_since": first})
        assert found.ids() == []
        assert found.deleted() == ["Observation/r-lab", "Provenance/r-lab-told"]
        assert {each["type"] for each in found.manifest["deleted"]} == {"Bundle"}

    def test_those_of_asked_types_only(self, exporter: Exporter, grey: Session) -> None:
        first = exporter.export().manifest["transactionTime"]
        ok(grey.send("DELETE", "Observation/j-pulse"))
        found = exporter.export("$export", {"_since": first, "_type": "Patient"})
        assert found.deleted() == []

    def test_the_deletion_of_a_patient_too(self, exporter: Exporter, grey: Session) -> None:
        first = exporter.export().manifest["transactionTime"]
        ok(grey.send("DELETE", "Observation/j-pulse"))
        ok(grey.send("DELETE", "Patient/142860"))
        found = exporter.export("$export", {"_since": first})
        assert found.deleted() == ["Observation/j-pulse", "Patient/142860"]

    def test_nobody_elses(
        self, api: Api, exporter: Exporter, grey: Session, dr_strange: Person
    ) -> None:
        strange = Exporter(api.as_(people.make_key(dr_strange, ["7"])).token)
        moment = timezone.now().isoformat()
        ok(grey.send("DELETE", "Observation/j-pulse"))
        assert strange.export("Patient/$export", {"_since": moment}).deleted() == []

    def test_without_it_none_are(self, exporter: Exporter, grey: Session) -> None:
        ok(grey.send("DELETE", "Observation/j-pulse"))
        assert exporter.export().deleted() == []


class TestMoment:
    """The work is begun, then somebody writes, then the work goes on."""

    @pytest.fixture
    def planned(self, exporter: Exporter) -> Any:
        kicked_off = exporter.kick_off()
        job = ExportJob.objects.get()
        tasks.plan_export.func(job_id=str(job.pk))
        return kicked_off

    def test_later_changes_are_not_in_it(
        self, exporter: Exporter, grey: Session, planned: Any
    ) -> None:
        change(grey, "r-pulse", "142859", "8480-6")
        change(grey, "later", "142859", "8480-6")
        ok(grey.send("DELETE", "Observation/j-pulse"))
        manifest = exporter.manifest(planned)
        found = Exported(exporter, manifest)
        observations = {each["id"]: each for each in found.lines()
                        if each["resourceType"] == "Observation"}  # fmt: skip
        assert observations.keys() == {"r-pulse", "r-lab", "j-pulse", "z-lab"}
        assert observations["r-pulse"]["meta"]["versionId"] == "1"
        since = exporter.export("$export", {"_since": manifest["transactionTime"]})
        assert since.ids() == ["Observation/later", "Observation/r-pulse"]
        assert since.deleted() == ["Observation/j-pulse"]

    def test_however_often_it_was_changed_since(
        self, exporter: Exporter, grey: Session, planned: Any
    ) -> None:
        change(grey, "j-pulse", "142860", "1")
        change(grey, "j-pulse", "142860", "2")
        ok(grey.send("DELETE", "Observation/j-pulse"))
        change(grey, "j-pulse", "142860", "3")
        manifest = exporter.manifest(planned)
        found = Exported(exporter, manifest).lines()
        [pulse] = [each for each in found if each["id"] == "j-pulse"]
        assert pulse["meta"]["versionId"] == "1"


class TestGroup:
    @pytest.fixture(autouse=True)
    def _group(self, api: Api, records: None) -> None:
        panel: Any = group("panel", "142859", "142860", "7")
        panel["member"][1]["inactive"] = True
        panel["member"][2]["period"] = {"end": "2020-03"}
        api.has(panel)

    def test_those_who_are_in_it_and_the_group_itself(self, exporter: Exporter) -> None:
        found = exporter.export("Group/panel/$export").ids()
        patients = [each for each in found if each.startswith("Patient/")]
        assert patients == ["Patient/142859"]
        assert {"Group/panel", "Provenance/r-told", "Practitioner/dr-grey"} <= set(found)
        assert "Observation/j-pulse" not in found

    def test_a_patient_outside_of_it_cannot_be_asked_for(self, exporter: Exporter) -> None:
        answer = exporter.post("Group/panel/$export", ("patient", "Patient/142860"))
        assert answer.status_code == 400

    def test_some_of_its_patients(self, api: Api, exporter: Exporter) -> None:
        api.has(group("both", "142859", "142860"))
        asked = [("patient", "Patient/142860"), ("_type", "Patient,Group")]
        found = exporter.export_by_post("Group/both/$export", *asked)
        assert found.ids() == ["Group/both", "Patient/142860"]

    def test_scopes_of_the_exported_types_are_enough(self, approved: App) -> None:
        narrow = Exporter.service(approved, "system/Patient.rs")
        assert narrow.export("Group/panel/$export").ids() == ["Patient/142859"]

    def test_a_group_that_is_not_there(self, exporter: Exporter) -> None:
        assert exporter.kick_off("Group/nothing/$export").status_code == 404

    def test_a_group_with_somebody_who_is_not_the_callers(self, api: Api, dr_grey: Person) -> None:
        grey = Exporter(api.as_(people.make_key(dr_grey, ["142859", "142860"])).token)
        assert grey.kick_off("Group/panel/$export").status_code == 404
