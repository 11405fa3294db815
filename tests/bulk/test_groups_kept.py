"""Panels and rosters: made from the records, kept up to date, and not written needlessly."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from fhirapi.bulk.groups import change, kept
from fhirapi.bulk.groups.kinds import Kind, kept_id, kind_of
from fhirapi.store.load import load
from fhirapi.validation.check import check
from portal.operations.models import JobRun
from tests import people
from tests.api import ids
from tests.bulk.lists import move, partner, patients_on, stored, trail, version_of
from tests.people import Person
from tests.smart import tokens

pytestmark = pytest.mark.django_db
REBECCA, JOHN, ZOE = "142859", "142860", "7"
GREY, STRANGE, OAK = "panel-dr-grey", "panel-dr-strange", "roster-oak"


@pytest.fixture(autouse=True)
def _practice(practice: None) -> None:
    load(
        [
            {"resourceType": "Organization", "id": "oak", "name": "Oak Clinic"},
            {
                **people.patient("9", "Of", "Oak", "9", "2001-01-01"),
                "managingOrganization": {"reference": "Organization/oak"},
            },
        ]
    )
    kept.refresh()


def test_each_practitioner_has_a_panel_and_each_organization_a_roster() -> None:
    assert patients_on(GREY) == {REBECCA, JOHN, "9"}
    assert patients_on(STRANGE) == {ZOE}
    assert patients_on(OAK) == {"9"}
    assert (stored(GREY)["name"], stored(OAK)["name"]) == (
        "Panel of Ada Grey",
        "Patients of Oak Clinic",
    )
    assert stored(GREY)["managingEntity"]["reference"] == "Practitioner/dr-grey"
    assert stored(OAK)["managingEntity"]["reference"] == "Organization/oak"
    assert [kind_of(stored(each)) for each in (GREY, OAK)] == [Kind.PANEL, Kind.ROSTER]
    assert [each for each in check(stored(GREY)) if each.severity == "error"] == []


def test_again_it_writes_nothing() -> None:
    assert kept.refresh() == 0
    assert (version_of(GREY), len(trail(GREY))) == (1, 1)


def test_nobody_has_asked_for_it() -> None:
    assert trail(GREY) == [("create", None, None)]


def test_who_comes_has_a_beginning_and_who_goes_is_not_named_any_more() -> None:
    session = partner()
    assert "period" not in stored(GREY)["member"][0]
    move(session, ZOE, "dr-grey")
    assert kept.refresh() == 2
    today = timezone.localdate().isoformat()
    members = {each["entity"]["reference"]: each for each in stored(GREY)["member"]}
    assert members[f"Patient/{ZOE}"]["period"] == {"start": today}
    assert "period" not in members[f"Patient/{JOHN}"]
    assert stored(GREY)["quantity"] == 4
    move(session, JOHN, "dr-strange")
    kept.refresh()
    assert patients_on(GREY) == {REBECCA, ZOE, "9"}
    assert version_of(GREY) == 3


def test_a_panel_without_patients_is_deleted_and_comes_back_under_its_id() -> None:
    session = partner()
    move(session, ZOE, "dr-grey")
    kept.refresh()
    assert stored(STRANGE) == {}
    move(session, ZOE, "dr-strange")
    kept.refresh()
    assert (patients_on(STRANGE), version_of(STRANGE)) == ({ZOE}, 3)


def test_a_patient_is_deleted_though_on_a_panel_and_leaves_it_with_the_next_refresh() -> None:
    load([people.patient("12", "Soon", "Gone", "12", "2001-01-01")])
    kept.refresh()
    assert "12" in patients_on(GREY)
    assert partner().send("DELETE", "Patient/12").status_code == 204
    kept.refresh()
    assert patients_on(GREY) == {REBECCA, JOHN, "9"}


def test_a_list_made_by_hand_holds_its_patients_back() -> None:
    load(
        [
            people.patient("12", "Soon", "Gone", "12", "2001-01-01"),
            {
                "resourceType": "Group",
                "id": "by-hand",
                "type": "person",
                "actual": True,
                "member": [{"entity": {"reference": "Patient/12"}}],
            },
        ]
    )
    assert partner().send("DELETE", "Patient/12").status_code == 409


def test_only_the_list_that_is_asked_for_is_brought_up_to_date() -> None:
    move(partner(), ZOE, "dr-grey")
    assert kept.refresh(GREY) == 1
    assert patients_on(STRANGE) == {ZOE}
    assert kept.refresh("demo-group") == 0


def test_what_an_app_wrote_into_it_is_put_right() -> None:
    session = partner()
    sent = {**stored(GREY), "name": "Mine", "member": stored(GREY)["member"][:1]}
    assert session.send("PUT", f"Group/{GREY}", sent).status_code == 200
    kept.refresh()
    assert (stored(GREY)["name"], len(patients_on(GREY))) == ("Panel of Ada Grey", 3)
    assert version_of(GREY) == 3


def test_a_list_that_only_calls_itself_a_panel_is_left_alone() -> None:
    load(
        [
            {
                "resourceType": "Group",
                "id": "panel-of-friends",
                "type": "person",
                "actual": True,
                "identifier": stored(GREY)["identifier"],
                "member": [{"entity": {"reference": f"Patient/{ZOE}"}}],
            }
        ]
    )
    assert kept.refresh() == 0
    assert kind_of(stored("panel-of-friends")) == Kind.AD_HOC


def test_the_doctor_reads_the_own_panel_and_no_other(dr_grey: Person) -> None:
    session = tokens.issue(dr_grey, "user/*.rs")
    assert set(ids(session.get("Group"))) == {GREY, OAK}  # everybody of Oak is hers
    assert session.get(f"Group/{STRANGE}").status_code == 404


def test_in_the_portal_nobody_changes_it(dr_grey: Person, dr_strange: Person) -> None:
    with pytest.raises(change.KeptByProduct):
        change.remove(dr_grey.account, GREY, [JOHN])
    with pytest.raises(change.NoSuchGroup):
        change.delete(dr_strange.account, GREY)
    assert version_of(GREY) == 1


@pytest.mark.parametrize("of", ["x" * 64, "y" * 60])
def test_the_id_of_a_list_is_an_id_however_long_the_practitioner_s_is(of: str) -> None:
    assert len(kept_id(Kind.ROSTER, of)) <= 64
    assert kept_id(Kind.ROSTER, of) == kept_id(Kind.ROSTER, of)
    assert kept_id(Kind.ROSTER, of) != kept_id(Kind.ROSTER, of[:-1] + "z")


def test_a_practitioner_who_is_not_stored_has_a_panel_by_id() -> None:
    load([people.patient("10", "No", "Doctor", "10", "2001-01-01", doctor="elsewhere")])
    kept.refresh()
    assert stored("panel-elsewhere")["name"] == "Panel of Practitioner/elsewhere"
    assert "managingEntity" not in stored("panel-elsewhere")


def test_the_command_tells_the_desk_how_many_changed(capsys: pytest.CaptureFixture[str]) -> None:
    move(partner(), ZOE, "dr-grey")
    call_command("refresh_groups")
    assert capsys.readouterr().out == "Lists changed: 2.\n"
    run = JobRun.objects.get(job="refresh_groups")
    assert (run.outcome, run.detail) == ("done", "lists changed: 2")
