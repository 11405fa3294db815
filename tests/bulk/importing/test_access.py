"""Who may import, and what: nothing comes in that a write by request would refuse."""

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk.importing.models import ImportJob
from fhirapi.store.models import Content
from tests import people
from tests.api import Api, diagnostics
from tests.bulk.importing.conftest import Importer, counts, importer_of, work
from tests.bulk.importing.files import Files
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)


def kept() -> set[str]:
    found = Content.objects.filter(resource_type="Observation", is_deleted=False)
    return set(found.values_list("resource_id", flat=True))


def test_a_key_that_only_reads_imports_nothing(api: Api, dr_grey: Person, files: Files) -> None:
    reader = Importer(api.as_(people.make_key(dr_grey, ["142859"])), files)
    answer = reader.ask(("Observation", reader.serve()))
    assert answer.status_code == 403
    assert "Writing needs" in diagnostics(answer)
    assert AuditRecord.objects.filter(action="bulk-import", outcome="denied").count() == 1
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("scope", ["user/Observation.c", "user/Observation.u", "user/Patient.cu"])
def test_each_type_needs_create_and_update(
    api: Api, dr_grey: Person, files: Files, scope: str
) -> None:
    importer = importer_of(api, dr_grey, files, scope)
    answer = importer.ask(("Observation", importer.serve()))
    assert answer.status_code == 403
    assert AuditRecord.objects.filter(outcome="denied").exists()
    assert not ImportJob.objects.exists()


def test_a_patient_outside_the_grant_is_rejected(importer: Importer) -> None:
    """The same whether it is another doctor's, or one of Dr. Grey's that the key does not name."""
    manifest = importer.import_resources(
        people.observation("o1", "142859"), people.observation("o2", "7")
    )
    assert counts(manifest) == [{"stored": 1, "rejected": 1}]
    [outcome] = importer.rejects(manifest)
    assert outcome["issue"][0]["diagnostics"].startswith("line 2, Observation/o2: ")
    assert kept() == {"o1"}


def test_somebody_elses_resource_is_not_replaced(api: Api, importer: Importer) -> None:
    api.has(people.observation("o1", "7"))
    manifest = importer.import_resources(people.observation("o1", "142859"))
    assert counts(manifest) == [{"rejected": 1}]
    assert Content.objects.get(resource_type="Observation").patient_id == "7"
    assert AuditRecord.objects.filter(action="bulk-import", outcome="denied").exists()


def test_a_resource_stays_the_patients_whose_it_is(api: Api, importer: Importer) -> None:
    api.has(people.observation("o1", "142860"))
    manifest = importer.import_resources(people.observation("o1", "142859"))
    assert counts(manifest) == [{"rejected": 1}]
    assert importer.rejects(manifest)[0]["issue"][0]["code"] == "business-rule"


def test_what_the_scope_does_not_open_is_rejected(api: Api, dr_grey: Person, files: Files) -> None:
    scope = "user/Observation.cu?category=urn:category|vital-signs"
    importer = importer_of(api, dr_grey, files, scope)
    manifest = importer.import_resources(
        people.observation("o1", "142859"),
        people.observation("o2", "142859", category="laboratory"),
    )
    assert counts(manifest) == [{"stored": 1, "rejected": 1}]
    assert importer.rejects(manifest)[0]["issue"][0]["code"] == "forbidden"
    assert kept() == {"o1"}


def test_a_reference_to_somebody_elses_record_is_one_to_nothing(
    api: Api, importer: Importer
) -> None:
    api.has(people.encounter("e7", "7", "2024-03-05", "Visit"))
    manifest = importer.import_resources(
        {**people.observation("o1", "142859"), "encounter": {"reference": "Encounter/e7"}}
    )
    assert counts(manifest) == [{"rejected": 1}]
    assert importer.rejects(manifest)[0]["issue"][0]["code"] == "not-found"


def test_new_patients_are_the_importers_if_they_are_its_doctors(importer: Importer) -> None:
    manifest = importer.import_resources(
        people.patient("n1", "Ida", "Berg", "9999200", "1980-02-03"),
        people.patient("n2", "Olaf", "Lund", "9999201", "1980-02-03", doctor="dr-strange"),
        people.observation("o1", "n1"),
        people.observation("o2", "n2"),
    )
    assert counts(manifest) == [{"stored": 1, "rejected": 1}] * 2
    assert kept() == {"o1"}
    assert importer.session.get("Patient/n1").status_code == 200


def test_an_approval_that_ends_meanwhile_ends_the_import(importer: Importer) -> None:
    begun = importer.ask(("Observation", importer.serve(people.observation("o1", "142859"))))
    job = ImportJob.objects.get()
    grant = job.data_access_grant
    grant.scope, grant.patient_ids = "user/*.rs", []
    grant.save()
    key = grant.access_key
    key.may_write = False
    key.save()
    work()
    job.refresh_from_db()
    assert begun.status_code == 202
    assert job.state == ImportJob.State.FAILED
    assert kept() == set()


def test_another_client_sees_nothing_of_it(
    api: Api, importer: Importer, dr_grey: Person, files: Files
) -> None:
    manifest = importer.import_resources(people.observation("o1", "7"))
    other = importer_of(api, dr_grey, files)
    job = ImportJob.objects.get()
    assert other.status(f"/R4-patient-api/bulk/imports/{job.pk}").status_code == 404
    assert other.status(manifest["error"][0]["url"]).status_code == 404


def test_an_import_lets_no_stranger_into_a_record(api: Api, importer: Importer) -> None:
    rebecca = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
    rebecca["generalPractitioner"].append({"reference": "Practitioner/dr-strange"})
    manifest = importer.import_resources(rebecca)
    assert counts(manifest) == [{"rejected": 1}]
    [outcome] = importer.rejects(manifest)
    assert outcome["issue"][0]["expression"] == ["Patient.generalPractitioner"]
    assert Content.objects.get(resource_type="Patient", resource_id="142859").version_id == 1
