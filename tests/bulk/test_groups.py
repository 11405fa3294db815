"""Lists that people make: of whom, by whom, and that every change is a version with its trail."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from fhirapi.bulk.groups import change, listing
from fhirapi.bulk.groups.kinds import Kind
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links
from fhirapi.store.load import load
from fhirapi.store.models import Version
from fhirapi.validation.check import check
from tests.api import ids
from tests.bulk.lists import move, partner, patients_on, stored, trail, version_of
from tests.people import Person
from tests.smart import tokens
from tests.smart.small_practice import group as api_group

REBECCA, JOHN, ZOE = "142859", "142860", "7"


@pytest.fixture
def made(dr_grey: Person) -> str:
    return change.make(dr_grey.account, "  Follow  up ", [REBECCA, JOHN])


def test_a_list_is_a_group_of_persons_with_name_manager_and_members(made: str) -> None:
    group = stored(made)
    assert (group["type"], group["actual"], group["active"]) == ("person", True, True)
    assert (group["name"], group["quantity"]) == ("Follow up", 2)
    assert group["managingEntity"] == {"reference": "Practitioner/dr-grey"}
    assert group["identifier"] == [{"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{made}"}]
    today = timezone.localdate().isoformat()
    assert group["member"][0] == {
        "entity": {"reference": f"Patient/{REBECCA}"},
        "period": {"start": today},
    }
    assert [each for each in check(group) if each.severity == "error"] == []


def test_it_is_read_and_searched_as_any_group(made: str, dr_grey: Person) -> None:
    session = tokens.issue(dr_grey, "user/*.rs")
    assert session.get(f"Group/{made}").json()["name"] == "Follow up"
    assert ids(session.get(f"Group?member=Patient/{JOHN}")) == [made]
    assert ids(session.get("Group?managing-entity=Practitioner/dr-grey")) == [made]


def test_every_change_is_a_version(made: str, dr_grey: Person) -> None:
    change.remove(dr_grey.account, made, [JOHN])
    change.rename(dr_grey.account, made, "Later")
    change.add(dr_grey.account, made, [JOHN])
    assert (version_of(made), stored(made)["name"]) == (4, "Later")
    assert stored(made)["meta"]["versionId"] == "4"
    entries = tokens.issue(dr_grey, "user/*.rs").get(f"Group/{made}/_history").json()["entry"]
    assert [each["request"]["method"] for each in entries] == ["PUT", "PUT", "PUT", "POST"]
    assert [each["resource"]["quantity"] for each in entries] == [2, 1, 1, 2]


def test_the_trail_says_who_put_whom_on_it(made: str, dr_grey: Person) -> None:
    change.remove(dr_grey.account, made, [JOHN])
    change.rename(dr_grey.account, made, "Later")
    change.delete(dr_grey.account, made)
    account = dr_grey.account.pk
    assert trail(made) == [
        ("create", account, [REBECCA, JOHN]),
        ("update", account, [JOHN]),
        ("update", account, None),
        ("delete", account, None),
    ]


def test_what_changes_nothing_is_no_version(made: str, dr_grey: Person) -> None:
    assert change.add(dr_grey.account, made, [JOHN, JOHN]) == []
    assert change.remove(dr_grey.account, made, [ZOE]) == []
    change.rename(dr_grey.account, made, "Follow up")
    assert (version_of(made), len(trail(made))) == (1, 1)


def test_who_is_taken_off_is_not_named_any_more(made: str, dr_grey: Person) -> None:
    assert change.remove(dr_grey.account, made, [JOHN]) == [JOHN]
    assert patients_on(made) == {REBECCA}
    change.remove(dr_grey.account, made, [REBECCA])
    assert "member" not in stored(made)
    assert stored(made)["quantity"] == 0


def test_a_deleted_list_is_gone_and_its_history_is_kept(made: str, dr_grey: Person) -> None:
    change.delete(dr_grey.account, made)
    assert stored(made) == {}
    assert Version.objects.filter(resource_type="Group", resource_id=made).count() == 1
    with pytest.raises(change.NoSuchGroup):
        change.rename(dr_grey.account, made, "Again")


def test_a_list_that_something_refers_to_stays(made: str, dr_grey: Person) -> None:
    load([{"resourceType": "CarePlan", "id": "c", "status": "active", "intent": "plan",
           "subject": {"reference": f"Group/{made}"}}])  # fmt: skip
    with pytest.raises(change.StillInUse):
        change.delete(dr_grey.account, made)
    assert stored(made)


@pytest.mark.parametrize("patient_ids", [[ZOE], [REBECCA, "nobody"], ["a\x00b"]])
def test_nobody_else_s_patient_comes_on_it(
    made: str, dr_grey: Person, patient_ids: list[str]
) -> None:
    with pytest.raises(change.PatientsNotYours):
        change.make(dr_grey.account, "Others", patient_ids)
    with pytest.raises(change.PatientsNotYours):
        change.add(dr_grey.account, made, patient_ids)
    assert version_of(made) == 1


def test_one_s_own_record_is_not_one_s_patient(made: str, dr_grey: Person) -> None:
    links.link(dr_grey.account, "Patient", ZOE, method=RecordLink.Method.DEMO)
    with pytest.raises(change.PatientsNotYours):
        change.add(dr_grey.account, made, [ZOE])


@pytest.mark.parametrize("name", ["", "  ", "\x00", "n" * 101])
def test_a_list_has_a_name_that_can_be_read(made: str, dr_grey: Person, name: str) -> None:
    with pytest.raises(change.NoName):
        change.make(dr_grey.account, name, [REBECCA])
    with pytest.raises(change.NoName):
        change.rename(dr_grey.account, made, name)


def test_who_treats_nobody_makes_none(rebecca: Person) -> None:
    with pytest.raises(change.TreatsNobody):
        change.make(rebecca.account, "Mine", [REBECCA])


@pytest.mark.parametrize(
    "deed",
    [
        lambda account, made: change.rename(account, made, "Mine"),
        lambda account, made: change.delete(account, made),
        lambda account, made: change.add(account, made, [ZOE]),
        lambda account, made: change.remove(account, made, [REBECCA]),
        lambda account, made: change.remove_unseen(account, made),
    ],
)
def test_another_doctor_s_list_is_not_there(
    made: str, dr_strange: Person, deed: Callable[..., object]
) -> None:
    with pytest.raises(change.NoSuchGroup):
        deed(dr_strange.account, made)
    assert listing.group(dr_strange.account, made) is None
    assert version_of(made) == 1


def test_a_list_made_by_an_app_is_changed_by_who_treats_everybody_on_it(
    dr_grey: Person, dr_strange: Person
) -> None:
    load([api_group("by-app", REBECCA, JOHN), api_group("mixed", REBECCA, ZOE)])
    assert change.remove(dr_grey.account, "by-app", [JOHN]) == [JOHN]
    for doctor in (dr_grey, dr_strange):
        with pytest.raises(change.NoSuchGroup):
            change.rename(doctor.account, "mixed", "Mine")


class TestAPatientLeavesTheCare:
    """The list stays its maker's, who does not see that patient any more."""

    @pytest.fixture(autouse=True)
    def _moved(self, made: str) -> None:
        move(partner(), JOHN, "dr-strange")

    def test_the_list_says_how_many_are_out_of_sight(self, made: str, dr_grey: Person) -> None:
        found = listing.group(dr_grey.account, made)
        assert found is not None
        assert (found.count, listing.unseen(dr_grey.account, found)) == (2, 1)
        assert found.may_change

    def test_no_app_is_shown_it_until_they_are_taken_off(self, made: str, dr_grey: Person) -> None:
        session = tokens.issue(dr_grey, "user/*.rs")
        assert session.get(f"Group/{made}").status_code == 404
        assert change.remove_unseen(dr_grey.account, made) == [JOHN]
        assert session.get(f"Group/{made}").status_code == 200


class TestTheListsOfAnAccount:
    def test_it_sees_its_own_and_those_whose_members_it_all_sees(
        self, made: str, dr_grey: Person, dr_strange: Person
    ) -> None:
        load([api_group("by-app", REBECCA), api_group("mixed", REBECCA, ZOE)])
        found = {each.id: each for each in listing.groups(dr_grey.account)}
        assert found.keys() == {made, "by-app"}
        assert (found[made].kind, found[made].count) == (Kind.AD_HOC, 2)
        assert (found[made].is_own, found["by-app"].is_own) == (True, False)
        assert listing.groups(dr_strange.account) == []

    def test_an_empty_list_is_still_its_maker_s(self, dr_grey: Person, rebecca: Person) -> None:
        made = change.make(dr_grey.account, "Empty", [])
        assert [each.id for each in listing.groups(dr_grey.account)] == [made]
        assert listing.groups(rebecca.account) == []
