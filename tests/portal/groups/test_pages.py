"""The pages of lists: who sees which, and what is done there."""

from typing import Any

import pytest
from django.test import Client

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk.groups import change, kept
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import team
from fhirapi.smart.tokens import backend_access
from fhirapi.store.load import load
from portal.keys import picker
from tests import people
from tests.bulk.lists import move, partner, patients_on, stored, trail, version_of
from tests.people import Person
from tests.portal.ui.browser import signed_in, text
from tests.smart.services import service
from tests.smart.small_practice import group as api_group

REBECCA, JOHN, ZOE = "142859", "142860", "7"
ALL = "/portal/groups/"


@pytest.fixture
def greys(dr_grey: Person) -> Client:
    return signed_in(dr_grey.account)


@pytest.fixture
def made(dr_grey: Person) -> str:
    return change.make(dr_grey.account, "Follow up", [REBECCA])


def page(group_id: str, deed: str = "") -> str:
    return f"{ALL}{group_id}/{deed}"


def saved(**fields: Any) -> dict[str, Any]:
    return {"save": "1", **fields}


class TestAllLists:
    def test_each_with_kind_number_and_change(self, greys: Client, made: str) -> None:
        kept.refresh()
        shown = text(greys.get(ALL))
        assert "Follow up" in shown
        assert "Made by hand" in shown
        assert "Panel of Ada Grey" in shown
        assert "Panel of Ada Strange" not in shown

    def test_where_there_is_none_it_says_how_to_make_one(self, greys: Client) -> None:
        shown = text(greys.get(ALL))
        assert "There is no list yet" in shown
        assert "Make a list" in shown

    def test_they_are_in_the_menu_of_providers_only(self, greys: Client, rebecca: Person) -> None:
        assert ALL in greys.get("/portal/").content.decode()
        patient = signed_in(rebecca.account)
        assert ALL not in patient.get("/portal/").content.decode()
        assert patient.get(ALL).status_code == 403

    def test_nobody_sees_them_without_signing_in(self, client: Client, made: str) -> None:
        for address in (ALL, page(made), page("new"), page(made, "add/"), page(made, "delete/")):
            response = client.get(address)
            assert (response.status_code, "/app/" in response["Location"]) == (302, True) or (
                "/patient/" in response["Location"]
            )

    def test_looking_is_in_the_trail(self, greys: Client, dr_grey: Person, made: str) -> None:
        greys.get(ALL)
        greys.get(page(made))
        told = AuditRecord.objects.filter(account_id=dr_grey.account.pk, detail="portal")
        assert list(told.values_list("action", "resource_id").order_by("id"))[-2:] == [
            ("search", None),
            ("read", made),
        ]
        listed = AuditRecord.objects.filter(action="patient-search").latest("id")
        assert listed.patient_ids == [REBECCA]


class TestMakingOne:
    def test_patients_are_picked_and_a_name_is_given(self, greys: Client) -> None:
        found = text(greys.post(page("new"), {"name": "Mine", "find": "wright", "search": "1"}))
        assert "John Wright - 9999097" in found
        picked = greys.post(page("new"), {"name": "Mine", "add": JOHN, "patients": [REBECCA]})
        assert b'value="Mine"' in picked.content
        sent = saved(name="Mine", patients=[REBECCA, JOHN])
        done = greys.post(page("new"), sent, follow=True)
        assert "The list is made." in text(done)
        assert "Rebecca Larson" in text(done)
        assert patients_on(done.redirect_chain[-1][0].split("/")[-2]) == {REBECCA, JOHN}

    def test_it_may_begin_empty(self, greys: Client) -> None:
        done = greys.post(page("new"), saved(name="Later"), follow=True)
        assert "Nobody whom you see is on this list." in text(done)

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"name": " "}, "Give the list a name."),
            ({"name": "n" * 101}, "at most 100 characters"),
            ({"name": "X", "patients": [ZOE]}, "One of these patients is not under your care"),
            ({"name": "X", "patients": ["a\x00"]}, "One of these patients is not under your care"),
            ({"name": "X", "patients": [*map(str, range(600))]}, "at most 500 patients at a time"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_nothing_is_made(
        self, greys: Client, fields: dict[str, Any], told: str
    ) -> None:
        assert told in text(greys.post(page("new"), saved(**fields)))
        assert not AuditRecord.objects.filter(resource_type="Group", action="create").exists()

    def test_the_picker_s_steps_say_the_same(
        self, greys: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(picker, "MOST_PATIENTS", 1)
        step = {"add-all": "1", "find": "9999"}
        shown = text(greys.post(f"{ALL}patients/", step))
        assert "Choose at most 1 patients at a time" in shown
        assert f"{ALL}patients/" in greys.post(f"{ALL}patients/", step).content.decode()


class TestOneList:
    def test_it_shows_who_is_on_it_and_who_came_when_by_whom(
        self, greys: Client, made: str
    ) -> None:
        shown = text(greys.get(page(made)))
        for each in ("Follow up", "1 patient is on it.", "Rebecca Larson", "Who came and who left"):
            assert each in shown
        assert "Rebecca Larson - 9999094" in shown
        assert "You" in shown

    def test_patients_are_added(self, greys: Client, made: str) -> None:
        assert "To the list Follow up" in text(greys.get(page(made, "add/")))
        found = greys.post(page(made, "add/"), {"find": "john", "search": "1"})
        assert "John Wright - 9999097" in text(found)
        done = greys.post(page(made, "add/"), saved(patients=[JOHN, REBECCA]), follow=True)
        assert "1 patient added." in text(done)
        assert patients_on(made) == {REBECCA, JOHN}

    @pytest.mark.parametrize(
        ("chosen", "told"),
        [([], "Choose at least one patient."), ([ZOE], "is not under your care")],
    )
    def test_a_wrong_choice_adds_nobody(
        self, greys: Client, made: str, chosen: list[str], told: str
    ) -> None:
        assert told in text(greys.post(page(made, "add/"), saved(patients=chosen)))
        assert version_of(made) == 1

    def test_a_patient_is_removed(self, greys: Client, made: str) -> None:
        done = text(greys.post(page(made, "remove/"), {"patient": REBECCA}, follow=True))
        assert "Rebecca Larson - 9999094 removed." in done
        assert patients_on(made) == set()

    @pytest.mark.parametrize("patient", ["", ZOE, "a\x00b"])
    def test_who_is_not_on_it_is_not_removed(self, greys: Client, made: str, patient: str) -> None:
        done = text(greys.post(page(made, "remove/"), {"patient": patient}, follow=True))
        assert "removed." not in done
        assert version_of(made) == 1

    def test_it_gets_another_name(self, greys: Client, made: str) -> None:
        done = greys.post(page(made, "rename/"), {"name": "<b>Later</b>"}, follow=True)
        assert b"&lt;b&gt;Later&lt;/b&gt;" in done.content
        refused = text(greys.post(page(made, "rename/"), {"name": ""}))
        assert "Give the list a name." in refused
        assert stored(made)["name"] == "<b>Later</b>"

    def test_it_is_deleted_after_a_question(self, greys: Client, made: str) -> None:
        assert "Delete the list Follow up?" in text(greys.get(page(made, "delete/")))
        assert stored(made)
        done = text(greys.post(page(made, "delete/"), follow=True))
        assert "The list Follow up is deleted." in done
        assert stored(made) == {}
        assert greys.get(page(made)).status_code == 404

    def test_what_something_refers_to_stays(self, greys: Client, made: str) -> None:
        load([{"resourceType": "CarePlan", "id": "c", "status": "active", "intent": "plan",
               "subject": {"reference": f"Group/{made}"}}])  # fmt: skip
        done = text(greys.post(page(made, "delete/"), follow=True))
        assert "refers to this list" in done
        assert stored(made)

    def test_many_patients_are_shown_page_by_page(self, greys: Client, dr_grey: Person) -> None:
        many = [people.patient(f"m{n}", "M", f"Many{n:03}", f"m{n}", "1990") for n in range(60)]
        load(many)
        made = change.make(dr_grey.account, "Many", [each["id"] for each in many])
        first = text(greys.get(page(made)))
        assert ("M Many049" in first, "M Many050" in first) == (True, False)
        second = text(greys.post(page(made), {"after": "m49"}))
        assert ("M Many050" in second, "From the beginning" in second) == (True, True)

    def test_it_says_which_apps_go_with_it(self, greys: Client, made: str) -> None:
        load(
            [
                {"resourceType": "Organization", "id": "oak", "name": "Oak"},
                {"resourceType": "Location", "id": "l1",
                 "managingOrganization": {"reference": "Organization/oak"}},
            ]
        )  # fmt: skip
        app = service().client
        assert str(app) not in text(greys.get(page(made)))
        backend_access.approve_list(app, made, by=None, as_it_changes=True)
        for address in (page(made), page(made, "add/"), page(made, "delete/")):
            assert str(app) in text(greys.get(address))


class TestAPatientWhoLeftTheCare:
    @pytest.fixture(autouse=True)
    def _moved(self, made: str, dr_grey: Person) -> None:
        change.add(dr_grey.account, made, [JOHN])
        move(partner(), JOHN, "dr-strange")

    def test_is_counted_and_not_named(self, greys: Client, made: str) -> None:
        shown = greys.get(page(made))
        assert "1 patient on this list is not under your care any more." in text(shown)
        assert "Rebecca Larson" in text(shown)
        assert JOHN not in shown.content.decode()
        assert "9999097" not in shown.content.decode()

    def test_is_taken_off_at_a_click(self, greys: Client, made: str) -> None:
        done = text(greys.post(page(made, "remove-unseen/"), follow=True))
        assert "1 patient removed." in done
        assert patients_on(made) == {REBECCA}


class TestNotYours:
    @pytest.mark.parametrize("deed", ["", "add/", "delete/"])
    def test_another_s_list_is_not_there(self, dr_strange: Person, made: str, deed: str) -> None:
        assert signed_in(dr_strange.account).get(page(made, deed)).status_code == 404

    @pytest.mark.parametrize(
        "deed", ["add/", "remove/", "remove-unseen/", "rename/", "delete/"]
    )  # fmt: skip
    def test_nor_is_it_changed(self, dr_strange: Person, made: str, deed: str) -> None:
        sent = saved(name="Mine", patient=REBECCA, patients=[ZOE])
        assert signed_in(dr_strange.account).post(page(made, deed), sent).status_code == 404
        assert trail(made) == [("create", trail(made)[0][1], [REBECCA])]

    @pytest.mark.parametrize("deed", ["add/", "remove/", "rename/", "delete/"])
    def test_a_list_that_the_product_keeps_is_looked_at_only(
        self, greys: Client, deed: str
    ) -> None:
        kept.refresh()
        shown = text(greys.get(page("panel-dr-grey")))
        assert "Kept by QSmartCare" in shown
        assert "Delete this list" not in shown
        sent = saved(name="Mine", patient=REBECCA, patients=[REBECCA])
        assert greys.post(page("panel-dr-grey", deed), sent).status_code == 404
        assert version_of("panel-dr-grey") == 1

    def test_a_list_of_an_app_s_is_changed_by_who_treats_everybody_on_it(
        self, greys: Client
    ) -> None:
        load([api_group("by-app", REBECCA)])
        done = greys.post(page("by-app", "remove/"), {"patient": REBECCA}, follow=True)
        assert done.redirect_chain[-1][0] == ALL  # nobody is on it any more: nobody's
        assert patients_on("by-app") == set()

    @pytest.mark.parametrize(("role", "status"), [("clinical", 404), ("manager", 200)])
    def test_staff_look_and_managers_change(
        self, dr_grey: Person, made: str, role: str, status: int
    ) -> None:
        mia = people.account("mia", "Mia", "Moore", wants_provider=True)
        lead = RecordLink.objects.get(account=dr_grey.account)
        team.join(lead, mia, role, by_id=lead.account_id, address=None)
        browser = signed_in(mia)
        assert "Follow up" in text(browser.get(ALL))
        assert ("Make a list" in text(browser.get(ALL))) == (status == 200)
        assert ("Add patients" in text(browser.get(page(made)))) == (status == 200)
        assert browser.get(page("new")).status_code == status
        assert browser.get(page(made, "add/")).status_code == status
        assert "Ada Grey" in text(browser.get(page(made)))

    @pytest.mark.parametrize("group_id", ["never", "a\x00b", "%2e"])
    def test_what_does_not_exist_is_not_found(self, greys: Client, group_id: str) -> None:
        assert greys.get(page(group_id)).status_code == 404
