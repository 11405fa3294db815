"""What the console asks of the server: patients one sees, a launch with one, a redirect URI."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import LaunchContext
from portal.console.app import CLIENT_ID
from tests.people import Person
from tests.portal.ui.browser import signed_in
from tests.smart.apps import app

CALLBACK = f"{settings.BASE_URL}/console/callback"


def launch(person: Person, patient: str, client_id: str = CLIENT_ID) -> Any:
    fields = {"client_id": client_id, "patient": patient}
    return signed_in(person.account).post("/console/launch/", fields)


def redirect(person: Person, client_id: str, wanted: str) -> Any:
    fields = {"client_id": client_id, "wanted": wanted}
    return signed_in(person.account).post("/console/redirect/", fields)


def test_a_doctor_finds_their_patients_by_name(dr_grey: Person) -> None:
    answer = signed_in(dr_grey.account).post("/console/patients/", {"find": "lars"})
    assert [each["id"] for each in answer.json()["patients"]] == ["142859"]
    assert AuditRecord.objects.filter(action="patient-search").latest("id").patient_ids == [
        "142859"
    ]


@pytest.mark.parametrize("words", ["", "  ", "núñez", "\x00", "lars\x00"])
def test_nobody_finds_others(dr_grey: Person, words: str) -> None:
    answer = signed_in(dr_grey.account).post("/console/patients/", {"find": words})
    assert {each["id"] for each in answer.json()["patients"]} <= {"142859"}


def test_a_launch_is_for_a_patient_whom_one_sees(dr_grey: Person) -> None:
    answer = launch(dr_grey, "142859")
    assert answer.status_code == 200
    assert answer.json()["launch"]
    made = LaunchContext.objects.get()
    assert made.context["patient"] == "142859"
    assert made.client.client_id == CLIENT_ID


@pytest.mark.parametrize("patient", ["7", "", "no-such", "142859\x00"])
def test_a_launch_with_anybody_else_is_refused(dr_strange: Person, patient: str) -> None:
    wanted = patient if patient != "7" else "142859"
    answer = launch(dr_strange, wanted)
    assert answer.status_code == 400
    assert answer.json()["error"] == "You see no patient with this id."
    assert LaunchContext.objects.count() == 0


def test_an_app_without_the_scope_launch_is_not_given_a_patient(rebecca: Person) -> None:
    made = app(rebecca.account, scopes=("openid", "patient/*.rs"))
    assert launch(rebecca, "142859", made.client_id).status_code == 400


def test_somebody_elses_app_does_not_exist(rebecca: Person, john: Person) -> None:
    theirs = app(john.account, scopes=("launch", "patient/*.rs"))
    assert launch(rebecca, "142859", theirs.client_id).status_code == 404
    assert redirect(rebecca, theirs.client_id, "1").status_code == 404
    theirs.refresh_from_db()
    assert CALLBACK not in theirs.redirect_uris


def test_the_consoles_own_registration_is_nobodys_to_change(rebecca: Person) -> None:
    signed_in(rebecca.account).get("/console/")
    assert redirect(rebecca, CLIENT_ID, "0").status_code == 404


def test_an_app_of_ones_own_may_come_back_to_the_console(rebecca: Person) -> None:
    made = app(rebecca.account)
    before = made.redirect_uris
    assert redirect(rebecca, made.client_id, "1").json() == {"comesBack": True}
    made.refresh_from_db()
    assert made.redirect_uris.split() == [*before.split(), CALLBACK]
    assert redirect(rebecca, made.client_id, "0").json() == {"comesBack": False}
    made.refresh_from_db()
    assert made.redirect_uris == before


def test_the_only_redirect_uri_stays(rebecca: Person) -> None:
    made = app(rebecca.account)
    made.redirect_uris = CALLBACK
    made.save()
    assert redirect(rebecca, made.client_id, "0").status_code == 400


@pytest.mark.parametrize("page", ["patients/", "launch/", "redirect/"])
def test_nothing_is_done_for_strangers_or_by_another_site(rebecca: Person, page: str) -> None:
    assert Client().post(f"/console/{page}").status_code == 302
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rebecca.account, backend="portal.accounts.signin.PasswordAndPinBackend")
    assert strict.post(f"/console/{page}").status_code == 403
    assert signed_in(rebecca.account).get(f"/console/{page}").status_code == 405
