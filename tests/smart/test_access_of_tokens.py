"""What a token opens, asked of the API itself."""

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RecordLink
from fhirapi.smart.secrets import token_checksum
from tests import versions
from tests.api import Api, diagnostics, ids
from tests.people import Person
from tests.smart import tokens
from tests.smart.small_practice import OBSERVED, group, resources, whole_practice

SERVICE = "/patient-api/controller/patient-service.php"


@pytest.fixture(autouse=True)
def _records(api: Api, practice: None) -> None:
    api.has(*resources())


def test_a_token_of_a_patient_opens_that_record(rebecca: Person) -> None:
    session = tokens.issue(rebecca, "patient/Patient.r", patient="142859")
    assert session.get("Patient/142859").status_code == 200
    assert session.get("Patient").status_code == 403
    assert session.get("Patient/142860").status_code == 404


def test_a_revoked_grant_closes_its_token(rebecca: Person) -> None:
    session = tokens.issue(rebecca, "patient/*.rs", patient="142859")
    DataAccessGrant.objects.update(revoked_at="2024-01-01T00:00Z")
    assert session.get("Patient/142859").status_code == 401


def test_a_doctors_app_with_a_patient_in_context_sees_no_other(dr_grey: Person) -> None:
    grant = ["142859", "142860"]
    session = tokens.issue(dr_grey, "patient/*.rs", patient="142860", patient_ids=grant)
    assert ids(session.get("Patient")) == ["142860"]
    assert session.get("Patient/142859").status_code == 404
    assert session.get("/R4-patient-api/multiple/api/patient.php").json()["id"] == "142860"


def test_a_context_outside_the_grant_opens_nobody(dr_grey: Person) -> None:
    session = tokens.issue(dr_grey, "patient/*.rs", patient="142860", patient_ids=["142859"])
    assert ids(session.get("Patient")) == []
    session = tokens.issue(dr_grey, "patient/*.rs", patient="7", patient_ids=None)
    assert ids(session.get("Patient")) == []


def test_a_grant_without_names_opens_whom_the_account_sees(dr_grey: Person) -> None:
    session = tokens.issue(dr_grey, "user/*.rs")
    assert set(ids(session.get("Patient"))) == {"142859", "142860"}
    assert ids(session.get("Observation?patient=7")) == []
    assert session.get("Observation/pulse-142860/_history/1").status_code == 200


def test_a_parent_sees_the_childs_record(api: Api, rebecca: Person) -> None:
    mother = {"patient": {"reference": "Patient/7"}}
    api.has({"resourceType": "RelatedPerson", "id": "mother", **mother})
    RecordLink.objects.create(
        account=rebecca.account, resource_type="RelatedPerson", resource_id="mother", method="demo"
    )
    session = tokens.issue(rebecca, "patient/*.rs", patient="7")
    assert ids(session.get("Patient")) == ["7"]
    assert session.get("Patient/7").status_code == 200


def test_of_a_category_nothing_else_is_shown(rebecca: Person) -> None:
    scope = f"patient/Observation.rs?category={OBSERVED}|laboratory"
    session = tokens.issue(rebecca, scope, patient="142859")
    found = session.get("Observation", {"patient": "142859"})
    assert set(ids(found)) == {"sugar-142859", "both-142859"}
    assert found.json()["total"] == 2
    assert session.get("Observation/sugar-142859").status_code == 200
    assert session.get("Observation/pulse-142859").status_code == 404
    assert session.post("Observation/_search", {"_id": "pulse-142859"}).json()["total"] == 0


def test_versions_are_refused_to_a_constrained_scope_and_it_says_why(rebecca: Person) -> None:
    scope = "patient/Observation.rs?category=laboratory"
    session = tokens.issue(rebecca, scope, patient="142859")
    for address in ("sugar-142859/_history", "sugar-142859/_history/1", "_history"):
        refused = session.get(f"Observation/{address}")
        assert refused.status_code == 403
        assert "old versions cannot be searched" in diagnostics(refused)


def test_a_chain_into_a_closed_type_is_refused_and_recorded(rebecca: Person) -> None:
    session = tokens.issue(rebecca, "patient/Observation.rs", patient="142859")
    for query in ("encounter.status=finished", "patient.identifier=1", "patient.family=larson",
                  "_has:Provenance:target:_id=x"):  # fmt: skip
        assert session.get(f"Observation?{query}").status_code == 403
    assert AuditRecord.objects.filter(outcome="denied", resource_type="Observation").count() == 4


def test_a_reference_of_the_resource_itself_may_be_asked_for(rebecca: Person) -> None:
    session = tokens.issue(rebecca, "patient/Observation.rs", patient="142859")
    assert session.get("Observation?encounter=Encounter/visit-142859").json()["total"] == 4


class TestGroup:
    def test_who_sees_every_member_sees_the_list(self, dr_grey: Person) -> None:
        session = tokens.issue(dr_grey, "user/Group.rs")
        assert set(ids(session.get("Group"))) == {"g-grey", "g-one"}
        assert session.get("Group/g-grey").status_code == 200
        assert session.get("Group/g-all").status_code == 404
        assert ids(session.get("Group?member=Patient/142860")) == ["g-grey"]

    def test_a_service_of_the_practice_sees_all_that_have_members(self) -> None:
        session = tokens.issue(whole_practice(), "system/*.rs")
        assert set(ids(session.get("Group"))) == {"g-all", "g-grey", "g-one"}
        assert session.get("Group/g-none").status_code == 404

    def test_the_grant_narrows_the_lists_too(self) -> None:
        session = tokens.issue(whole_practice(), "system/*.rs", patient_ids=["142859", "7"])
        assert ids(session.get("Group")) == ["g-one"]
        assert session.get("Group/g-grey/_history").status_code == 404

    def test_it_leads_nobody_to_a_list_that_is_not_theirs(self, dr_grey: Person) -> None:
        session = tokens.issue(dr_grey, "user/*.rs")
        found = session.get("Patient?_id=142859&_revinclude=Group:member").json()["entry"]
        assert {e["resource"]["id"] for e in found} == {"142859", "g-grey", "g-one"}
        assert ids(session.get("Patient?_has:Group:member:_id=g-all")) == []
        assert ids(session.get("Patient?_has:Group:member:_id=g-one")) == ["142859"]

    def test_a_version_is_judged_by_its_own_members(self, dr_grey: Person) -> None:
        versions.replace("Group", "g-all", "2024-05-01T00:00:00Z", **group("x", "142859"))
        session = tokens.issue(dr_grey, "user/*.rs")
        [only] = session.get("Group/g-all/_history").json()["entry"]
        assert only["response"]["etag"] == 'W/"2"'
        assert session.get("Group/g-all/_history/1").status_code == 404
        assert session.get("Group/g-all/_history/2").status_code == 200

    def test_whoever_reads_it_is_seen_to_have_seen_its_members(self, dr_grey: Person) -> None:
        session = tokens.issue(dr_grey, "user/*.rs")
        for address in ("Group/g-grey", "Group?_id=g-grey"):
            session.get(address)
            assert sorted(AuditRecord.objects.latest("id").patient_ids or []) == [
                "142859",
                "142860",
            ]


def test_the_guides_service_lists_patients_as_far_as_they_may_be_read(dr_grey: Person) -> None:
    for scope, patients in [
        ("user/*.rs", ["142859", "142860"]),
        ("patient/Patient.r user/Observation.rs", ["142860"]),
        ("user/Observation.rs", []),
    ]:
        session = tokens.issue(dr_grey, scope, patient="142860", patient_ids=None)
        assert session.get(SERVICE).json()["patients"] == patients


@pytest.mark.parametrize(("gender", "found"), [("female", 4), ("male", 0)])
def test_a_chain_looks_only_at_what_a_constraint_opens(
    dr_grey: Person, gender: str, found: int
) -> None:
    session = tokens.issue(dr_grey, f"user/Observation.rs user/Patient.rs?gender={gender}")
    for query in ("patient.identifier=9999094", "subject:Patient.family=larson"):
        assert session.get(f"Observation?{query}").json()["total"] == found


@pytest.mark.parametrize(("status", "is_added"), [("active", True), ("suspended", False)])
def test_a_whole_record_brings_practice_data_that_a_constraint_opens(
    dr_grey: Person, status: str, is_added: bool
) -> None:
    scope = f"user/Patient.rs user/Encounter.rs user/Location.rs?status={status}"
    found = tokens.issue(dr_grey, scope).get("Patient/142859/$everything").json()["entry"]
    assert ("ward" in {each["resource"]["id"] for each in found}) == is_added


def test_an_app_that_is_disabled_by_hand_reads_nothing_not_even_when_enabled_again(
    rebecca: Person,
) -> None:
    session = tokens.issue(rebecca, "patient/*.rs", patient="142859")
    for moment in ("2024-01-01T00:00Z", None):
        Client.objects.filter(kind="confidential-symmetric").update(disabled_at=moment)
        assert session.get("Patient/142859").status_code == 401
    assert not DataAccessGrant.objects.filter(
        client__kind="confidential-symmetric", revoked_at=None
    ).exists()


def test_disabling_one_app_leaves_the_others_what_they_have(rebecca: Person) -> None:
    session = tokens.issue(rebecca, "patient/*.rs", patient="142859")
    other = tokens.issue(rebecca, "patient/*.rs", patient="142859")
    of_session = AccessToken.objects.get(token_checksum=token_checksum(session.token))
    Client.objects.filter(pk=of_session.application_id).update(disabled_at="2024-01-01T00:00Z")
    assert other.get("Patient/142859").status_code == 200
