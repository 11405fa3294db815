"""What each role opens, in the portal and for apps, and that its end closes everything."""

from collections.abc import Callable
from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessKey, RecordLink, TeamMember
from fhirapi.smart.people import keys, links, patients, team
from portal.accounts.models import Account
from portal.accounts.own import closing
from tests import people
from tests.api import Api, Session
from tests.people import Person, make_key
from tests.portal.ui.browser import signed_in, text
from tests.smart import app
from tests.smart.app import App, answer

Joined = Callable[[str], Account]
FIND = "/portal/team/patients/"


def menu(account: Account) -> str:
    return text(signed_in(account).get("/portal/activity/")).partition("<main")[0]


def read(key: AccessKey) -> int:
    answer = Api().exchange(key)
    if answer.status_code != 200:
        return int(answer.status_code)
    return int(Session(Api().http, answer.json()).get("Patient/142859").status_code)


@pytest.mark.parametrize(
    ("role", "shown", "hidden"),
    [
        ("front-desk", {"Find patients"}, {"Patients<", ">Team<"}),
        ("clinical", {"Patients<"}, {"Find patients", ">Team<"}),
        ("manager", {"Patients<", ">Team<"}, {"Find patients"}),
    ],
)
def test_each_role_has_the_menu_it_needs(
    joined: Joined, role: str, shown: set[str], hidden: set[str]
):
    found = menu(joined(role))
    assert {each for each in shown | hidden if f">{each.strip('<>')}<" in found} == shown


def test_the_front_desk_finds_patients_and_opens_no_record(joined: Joined, rebecca: Person):
    desk = joined("front-desk")
    browser = signed_in(desk)
    page = text(browser.post(FIND, {"find": "larson"}))
    assert "Rebecca Larson" in page
    assert "9999094" in page
    assert patients.may_see(desk, ["142859"]) == set()
    assert browser.get("/portal/patients/142859/").status_code == 404
    found = AuditRecord.objects.get(action="patient-search", account_id=desk.pk)
    assert found.patient_ids == ["142859"]


@pytest.mark.parametrize("typed", ["nuñez", "", "   ", "\x00", "%", "nobody"])
def test_the_front_desk_finds_nobody_else(joined: Joined, typed: str):
    response = signed_in(joined("front-desk")).post(FIND, {"find": typed})
    assert response.status_code == 200
    assert response.context["people"] == []


@pytest.mark.parametrize("role", ["clinical", "manager"])
def test_clinical_staff_open_records_and_apps(joined: Joined, role: str):
    nurse = joined(role)
    assert patients.may_see(nurse, ["142859", "142860", "7"]) == {"142859", "142860"}
    app.register()
    browser = App(signed_in(nurse))
    tokens = browser.exchange(
        answer(browser.approve(scope="user/Patient.rs launch"))["code"]
    ).json()
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    assert browser.browser.get("/R4-patient-api/Patient/142859", headers=headers).status_code == 200
    assert browser.browser.get("/R4-patient-api/Patient/7", headers=headers).status_code == 404
    team.end(TeamMember.objects.get(), by=nurse, address=None)
    assert browser.browser.get("/R4-patient-api/Patient/142859", headers=headers).status_code == 404


@pytest.mark.parametrize(("role", "may"), [("clinical", False), ("manager", True)])
def test_only_managers_make_keys(joined: Joined, role: str, may: bool):
    browser = signed_in(joined(role))
    form = {"valid_from": "01/01/2024", "valid_to": "12/31/2099", "patients": ["142859"]}
    browser.post("/portal/api/new/", form)
    assert AccessKey.objects.exists() is may


def changed(member: TeamMember, by: Account, role: str) -> None:
    team.change_role(member, role, by=by, address=None)


@pytest.mark.parametrize(
    "closes",
    [
        lambda member, by: team.end(member, by=by, address=None),
        lambda member, by: changed(member, by, "front-desk"),
        lambda member, by: changed(member, by, "clinical"),
        lambda member, by: links.unlink(by, "Practitioner", by=None),
        lambda member, by: Account.objects.filter(pk=member.account_id).update(is_active=False),
        lambda member, by: Account.objects.filter(pk=by.pk).update(is_active=False),
    ],
)
def test_a_managers_key_opens_nothing_once_its_ground_is_gone(
    joined: Joined, dr_grey: Person, closes: Any
):
    manager = joined("manager")
    key = make_key(Person(manager, ""), ["142859"])
    assert read(key) == 200
    closes(TeamMember.objects.get(), dr_grey.account)
    assert read(AccessKey.objects.get()) != 200


def test_a_key_switched_on_again_opens_nobody(joined: Joined, dr_grey: Person):
    manager = joined("manager")
    key = make_key(Person(manager, ""), ["142859"])
    changed(TeamMember.objects.get(), dr_grey.account, "clinical")
    keys.set_active(AccessKey.objects.get(), True)
    assert Api().exchange(key).json()["error"] == "invalid_grant"


def test_staff_with_a_record_of_their_own_make_keys_for_that_alone(joined: Joined, practice):
    nurse = joined("clinical")
    links.link(nurse, "Patient", "7", method=RecordLink.Method.DEMO)
    assert make_key(Person(nurse, "7"), ["7"]).patient_ids == ["7"]
    with pytest.raises(keys.PatientsNotYours):
        make_key(Person(nurse, "7"), ["142859"])


def test_a_key_of_ones_own_record_goes_on(joined: Joined, practice: None):
    manager = joined("manager")
    links.link(manager, "Patient", "7", method=RecordLink.Method.DEMO)
    key = make_key(Person(manager, "7"), ["7"])
    team.end(TeamMember.objects.get(), by=manager, address=None)
    assert keys.status(AccessKey.objects.get(pk=key.pk)).is_usable


@pytest.mark.parametrize("closes", ["clinical", "end", "unlink"])
def test_a_key_for_the_own_record_and_the_teams_patients_keeps_the_own_record(
    joined: Joined, dr_grey: Person, closes: str
):
    manager = joined("manager")
    links.link(manager, "Patient", "7", method=RecordLink.Method.DEMO)
    key = make_key(Person(manager, "7"), ["142859", "7", "142860"])
    member = TeamMember.objects.get()
    if closes == "clinical":
        changed(member, dr_grey.account, "clinical")
    elif closes == "end":
        team.end(member, by=dr_grey.account, address=None)
    else:
        links.unlink(dr_grey.account, "Practitioner", by=None)
    left = AccessKey.objects.get(pk=key.pk)
    assert left.patient_ids == ["7"]
    assert keys.status(left).is_usable
    assert left.data_access_grant.scope == keys.PATIENT_SCOPE


def test_what_a_team_sees_rests_while_its_lead_is_switched_off(joined: Joined, dr_grey: Person):
    nurse = joined("clinical")
    lead = Account.objects.filter(pk=dr_grey.account.pk)
    browser = signed_in(nurse)
    assert browser.get("/portal/patients/142859/").status_code == 200
    lead.update(is_active=False)
    assert browser.get("/portal/patients/142859/").status_code == 404
    assert Account.objects.get(pk=nurse.pk).team_roles == frozenset()
    lead.update(is_active=True)
    assert browser.get("/portal/patients/142859/").status_code == 200


def test_the_front_desk_finds_nobody_while_the_lead_is_switched_off(
    joined: Joined, dr_grey: Person
):
    browser = signed_in(joined("front-desk"))
    Account.objects.filter(pk=dr_grey.account.pk).update(is_active=False)
    assert browser.post(FIND, {"find": "larson"}).status_code == 404


def test_who_is_approved_as_well_keeps_what_is_their_own(lead, dr_strange: Person):
    member = team.join(lead, dr_strange.account, "manager", by_id=None, address=None)
    key = make_key(dr_strange, ["7"])
    team.end(member, by=dr_strange.account, address=None)
    assert keys.status(AccessKey.objects.get(pk=key.pk)).is_usable


def test_a_role_of_another_team_opens_nothing_here(joined: Joined, dr_strange: Person):
    assert patients.may_see(joined("manager"), ["7"]) == set()


def test_somebody_without_a_team_finds_no_patients(rebecca: Person, dr_strange: Person):
    for each in (rebecca, dr_strange):
        assert signed_in(each.account).post(FIND, {"find": "larson"}).status_code == 404


def test_a_team_that_ends_leaves_what_another_of_the_same_practitioner_opens(
    joined: Joined, lead: RecordLink, dr_grey: Person
):
    nurse = joined("clinical")
    other = people.account("ana", "Ana", "Grey", wants_provider=True)
    method = RecordLink.Method.DEMO
    second = links.link(other, "Practitioner", lead.resource_id, method=method)
    team.join(second, nurse, "clinical", by_id=None, address=None)
    links.unlink(dr_grey.account, "Practitioner", by=None)
    assert "142859" in patients.may_see(nurse, ["142859"])
    links.unlink(other, "Practitioner", by=None)
    assert patients.may_see(nurse, ["142859"]) == set()


def test_nobody_joins_a_team_that_has_ended_meanwhile(lead: RecordLink, mia: Account):
    links.unlink(lead.account, "Practitioner", by=None)
    with pytest.raises(team.NoTeam):
        team.join(lead, mia, "clinical", by_id=None, address=None)
    assert patients.may_see(mia, ["142859"]) == set()


def test_a_role_changed_after_the_end_of_the_team_opens_nothing(joined: Joined, dr_grey: Person):
    nurse, member = joined("front-desk"), TeamMember.objects.get()
    links.unlink(dr_grey.account, "Practitioner", by=None)
    changed(member, dr_grey.account, "clinical")
    assert patients.may_see(nurse, ["142859"]) == set()


def test_whoever_closes_the_account_has_left_the_team(joined: Joined):
    nurse = joined("manager")
    closing.close(nurse, address=None)
    Account.objects.filter(pk=nurse.pk).update(is_active=True)
    assert not TeamMember.objects.live().exists()
    assert Account.objects.get(pk=nurse.pk).team_roles == frozenset()
