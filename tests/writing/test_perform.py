"""A request's changes are stored together, within what the writer may write."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import Outcome
from fhirapi.store.models import Content, SearchRow, Version
from fhirapi.writing.change import Change, Create, Delete, Update, Writer, Written
from fhirapi.writing.perform import perform
from tests import people
from tests.api import Api
from tests.people import Person

Writers = Callable[..., Writer]


def of(name: str) -> ResourceType:
    found = registry.find(name)
    assert found
    return found


def create(patient_id: str, **kwargs: str) -> Create:
    resource = people.observation("x", patient_id, **kwargs)
    del resource["id"]
    return Create(resource_type=of("Observation"), resource=resource)


def one(writer: Writer, change: Change) -> Written:
    [written] = perform(writer, [change])
    return written


def refusal(writer: Writer, *changes: Change) -> Outcome:
    with pytest.raises(Outcome) as caught:
        perform(writer, changes)
    return caught.value


def test_what_is_created_is_stored_found_and_audited(writer_of: Writers, dr_grey: Person) -> None:
    written = one(writer_of(dr_grey), create("142859"))
    row = Content.objects.get(resource_type="Observation", resource_id=written.resource_id)
    assert (written.result, row.version_id, row.patient_id) == ("created", 1, "142859")
    assert row.content == written.content
    assert '"value":72.5' in row.content
    assert SearchRow.objects.get(pk=row.pk).tokens
    audited = AuditRecord.objects.get(action="create")
    assert (audited.resource_id, audited.patient_ids) == (written.resource_id, ["142859"])
    assert audited.account_id == dr_grey.account.pk


def test_nothing_is_created_in_the_record_of_somebody_elses_patient(
    writer_of: Writers, dr_grey: Person
) -> None:
    foreign = refusal(writer_of(dr_grey), create("142859"), create("7"))
    unknown = refusal(writer_of(dr_grey), create("nobody"))
    assert (foreign.status, foreign.text) == (unknown.status, unknown.text)
    assert foreign.status == 403
    assert not Content.objects.filter(resource_type="Observation").exists()
    assert AuditRecord.objects.filter(action="create", outcome="denied").count() == 2


def test_a_key_writes_only_for_its_patients(writer_of: Writers, dr_grey: Person) -> None:
    writer = writer_of(dr_grey, patients=["142860"])
    assert refusal(writer, create("142859")).status == 403
    assert one(writer, create("142860")).result == "created"


def test_an_update_keeps_the_version_before(writer_of: Writers, dr_grey: Person) -> None:
    writer = writer_of(dr_grey)
    first = one(writer, create("142859"))
    changed = people.observation(first.resource_id, "142859", code="1-1")
    second = one(
        writer,
        Update(
            resource_type=of("Observation"), resource=changed, resource_id=first.resource_id,
            if_match=1,
        ),
    )  # fmt: skip
    assert (second.result, second.version_id) == ("updated", 2)
    assert Version.objects.get(resource_id=first.resource_id).content == first.content
    moments = [Version.objects.get().last_updated, Content.objects.get(version_id=2).last_updated]
    assert moments == sorted(set(moments))
    stale = Update(
        resource_type=of("Observation"), resource=changed, resource_id=first.resource_id, if_match=1
    )
    assert refusal(writer, stale).status == 412


def test_what_was_deleted_is_gone_and_can_come_back(writer_of: Writers, dr_grey: Person) -> None:
    writer = writer_of(dr_grey)
    made = one(writer, create("142859"))
    gone = one(writer, Delete(resource_type=of("Observation"), resource_id=made.resource_id))
    assert (gone.result, gone.version_id) == ("deleted", 2)
    assert not SearchRow.objects.filter(resource_id=made.resource_id).exists()
    again = people.observation(made.resource_id, "142859")
    back = one(
        writer,
        Update(resource_type=of("Observation"), resource=again, resource_id=made.resource_id),
    )
    assert (back.result, back.version_id) == ("created", 3)


def test_a_new_patient_is_open_to_the_key_that_made_it(writer_of: Writers, dr_grey: Person) -> None:
    writer = writer_of(dr_grey, patients=["142859"])
    resource = people.patient("x", "Ann", "New", "9", "2001-01-01")
    made = one(writer, Create(resource_type=of("Patient"), resource=resource))
    assert made.resource_id != "x"
    assert one(writer, create(made.resource_id)).result == "created"
    assert (
        refusal(
            writer,
            Create(
                resource_type=of("Patient"),
                resource=people.patient(
                    "y", "Ann", "Other", "8", "2001-01-01", doctor="dr-strange"
                ),
            ),
        ).status
        == 403
    )


def test_a_condition_that_is_met_creates_nothing(writer_of: Writers, dr_grey: Person) -> None:
    writer = writer_of(dr_grey)
    condition = [("patient", "142859"), ("code", "8867-4")]
    wanted = Create(
        resource_type=of("Observation"), resource=create("142859").resource,
        if_none_exist=condition,
    )  # fmt: skip
    first, second = one(writer, wanted), one(writer, wanted)
    assert (first.result, second.result) == ("created", "found")
    assert first.resource_id == second.resource_id


def test_resources_of_one_request_refer_to_each_other(writer_of: Writers, dr_grey: Person) -> None:
    visit = people.encounter("x", "142859", "2024-03-05", "Check")
    pulse = create("142859").resource
    pulse["encounter"] = {"reference": "urn:uuid:5f3b1a52-1111-4a6e-9a3e-0a5b8d1f0c11"}
    made = perform(
        writer_of(dr_grey),
        [
            Create(resource_type=of("Observation"), resource=pulse),
            Create(
                resource_type=of("Encounter"), resource=visit,
                full_url="urn:uuid:5f3b1a52-1111-4a6e-9a3e-0a5b8d1f0c11",
            ),
        ],
    )  # fmt: skip
    assert f'"reference":"Encounter/{made[1].resource_id}"' in made[0].content


def test_a_reference_leads_to_something(writer_of: Writers, dr_grey: Person) -> None:
    pulse = create("142859").resource
    pulse["encounter"] = {"reference": "Encounter/none"}
    outcome = refusal(writer_of(dr_grey), Create(resource_type=of("Observation"), resource=pulse))
    assert outcome.status == 422
    assert outcome.problems[0].expression == "Observation.encounter.reference"


def test_what_is_referred_to_is_not_deleted(writer_of: Writers, dr_grey: Person) -> None:
    writer = writer_of(dr_grey)
    visit = people.encounter("x", "142859", "2024-03-05", "Check")
    encounter = one(writer, Create(resource_type=of("Encounter"), resource=visit))
    pulse = create("142859").resource
    pulse["encounter"] = {"reference": f"Encounter/{encounter.resource_id}"}
    one(writer, Create(resource_type=of("Observation"), resource=pulse))
    gone = Delete(resource_type=of("Encounter"), resource_id=encounter.resource_id)
    assert refusal(writer, gone).status == 409


@pytest.mark.parametrize("scope", ["user/*.rs", "patient/*.cruds", "user/Condition.cruds"])
def test_scopes_that_do_not_open_it_write_nothing(
    writer_of: Writers, dr_grey: Person, scope: str
) -> None:
    assert refusal(writer_of(dr_grey, scope), create("142859")).status == 403


def test_a_constrained_scope_writes_what_it_would_find(writer_of: Writers, dr_grey: Person) -> None:
    writer = writer_of(dr_grey, "user/Observation.cruds?category=laboratory")
    assert refusal(writer, create("142859")).status == 403
    assert one(writer, create("142859", category="laboratory")).result == "created"


def test_a_patient_does_not_write(writer_of: Writers, rebecca: Person) -> None:
    assert refusal(writer_of(rebecca), create("142859")).status == 403


def related(patient_id: str) -> dict[str, object]:
    patient = {"reference": f"Patient/{patient_id}"}
    return {"resourceType": "RelatedPerson", "id": "mother", "patient": patient}


@pytest.mark.parametrize("is_deleted", [False, True])
def test_a_guardian_does_not_become_another_patients(
    api: Api, writer_of: Writers, dr_grey: Person, is_deleted: bool
) -> None:
    api.has(related("142859"))
    writer = writer_of(dr_grey, patients=["142859", "142860"])
    if is_deleted:
        one(writer, Delete(resource_type=of("RelatedPerson"), resource_id="mother"))

    def update(patient_id: str) -> Update:
        resource_type = of("RelatedPerson")
        return Update(
            resource_type=resource_type, resource=related(patient_id), resource_id="mother"
        )

    outcome = refusal(writer, update("142860"))
    assert outcome.status == 422
    assert [each.code for each in outcome.problems] == ["business-rule"]
    assert outcome.problems[0].expression == "RelatedPerson.patient"
    assert Content.objects.get(resource_id="mother").patient_id == "142859"
    assert one(writer, update("142859")).result == ("created" if is_deleted else "updated")


def test_what_was_loaded_with_a_reference_to_nothing_may_be_changed(
    api: Api, writer_of: Writers, dr_grey: Person
) -> None:
    nothing = {"encounter": {"reference": "Encounter/none"}}
    api.has(people.observation("o", "142859") | nothing)
    writer = writer_of(dr_grey)

    def update(**elements: object) -> Update:
        resource = people.observation("o", "142859", code="1") | nothing | elements
        return Update(resource_type=of("Observation"), resource=resource, resource_id="o")

    assert one(writer, update()).result == "updated"
    outcome = refusal(writer, update(specimen={"reference": "Specimen/none"}))
    assert [each.expression for each in outcome.problems] == ["Observation.specimen.reference"]


@pytest.mark.parametrize("meta", ["x", "", [], None, [{}], 7])
def test_a_meta_that_is_no_object_is_refused(
    writer_of: Writers, dr_grey: Person, meta: object
) -> None:
    resource = create("142859").resource | {"meta": meta}
    outcome = refusal(
        writer_of(dr_grey), Create(resource_type=of("Observation"), resource=resource)
    )
    assert outcome.status == 422
    assert outcome.problems[0].expression == "Observation.meta"


def test_care_by_this_servers_absolute_address_counts(
    writer_of: Writers, dr_grey: Person, settings: Settings
) -> None:
    resource = people.patient("x", "Ann", "New", "9", "2001-01-01")
    address = f"{settings.FHIR_BASE_URL}/Practitioner/dr-grey"
    resource["generalPractitioner"] = [{"reference": address}]
    written = one(writer_of(dr_grey), Create(resource_type=of("Patient"), resource=resource))
    assert written.result == "created"
