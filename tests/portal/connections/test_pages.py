"""Connected apps: what an account has opened, and taking it back."""

from datetime import timedelta

import pytest
from django.template.defaultfilters import date
from django.test import Client as Browser
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import provider_access
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RefreshToken
from tests.people import Person
from tests.portal.ui.browser import approve, signed_in, text
from tests.smart import app
from tests.smart.app import App, answer

PAGE = "/R4-patient-api/oauth2/manage"
ONE = f"{PAGE}/the-app"


@pytest.fixture
def rebeccas(rebecca: Person) -> App:
    app.register()
    return App(signed_in(rebecca.account))


@pytest.fixture
def tokens(rebeccas: App) -> dict[str, str]:
    scope = "launch/patient openid offline_access patient/Condition.rs patient/Patient.rs"
    found: dict[str, str] = rebeccas.exchange(answer(rebeccas.approve(scope=scope))["code"]).json()
    return found


def read(tokens: dict[str, str]) -> int:
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    return Browser().get("/R4-patient-api/Patient/142859", headers=headers).status_code


def test_an_app_is_listed_with_what_it_may_see(rebeccas, tokens):
    page = text(rebeccas.browser.get(PAGE))
    for words in (
        "Growth Chart", "Problems, diagnoses and health concerns", "Rebecca Larson - 9999094",
        "Who you are", "also while you are not using it", f"/{timezone.localdate().year + 1}",
    ):  # fmt: skip
        assert words in page


def test_what_an_app_may_change_stands_apart_from_what_it_sees(dr_grey: Person):
    client = app.register(allowed_scopes="openid user/*.cruds")
    provider_access.approve(client, by=None)
    greys = App(signed_in(approve(dr_grey.account)))
    scope = "user/Condition.rs user/Goal.cruds user/Observation.c"
    assert answer(greys.approve(scope=scope))["code"]
    seen, _, changed = text(greys.browser.get(PAGE)).partition("May add, change and delete")
    assert "Problems, diagnoses and health concerns" in seen
    assert "Goals of treatment" in seen
    assert "Goals of treatment" in changed
    assert "other observations (add)" in changed
    assert "Problems" not in changed


def test_last_use_is_when_it_last_got_tokens(rebeccas, tokens):
    DataAccessGrant.objects.update(last_used_at=timezone.now() - timedelta(days=3))
    again = {"grant_type": "refresh_token", "client_id": "the-app",
             "refresh_token": tokens["refresh_token"]}  # fmt: skip
    assert rebeccas.browser.post(app.TOKEN, again).status_code == 200
    used = DataAccessGrant.objects.get().last_used_at
    assert timezone.now() - used < timedelta(minutes=1)
    words = date(timezone.localtime(used), "m/d/Y g:i A")
    assert f"<dt>Last used</dt><dd>{words}" in text(rebeccas.browser.get(PAGE))


def test_an_approval_without_tokens_was_never_used(rebeccas):
    rebeccas.approve()
    assert "<dd>Never</dd>" in text(rebeccas.browser.get(PAGE))


def test_without_an_app_the_page_says_so(rebecca):
    assert "No app has access" in text(signed_in(rebecca.account).get(PAGE))


def test_access_keys_are_not_apps(rebecca):
    assert rebecca.key
    assert "No app has access" in text(signed_in(rebecca.account).get(PAGE))


def test_it_is_asked_before_access_ends(rebeccas, tokens):
    assert "Revoke the access of Growth Chart?" in text(rebeccas.browser.get(ONE))
    assert read(tokens) == 200


def test_from_the_next_request_on_every_token_is_refused(rebeccas, tokens):
    assert read(tokens) == 200
    done = rebeccas.browser.post(ONE, follow=True)
    assert "has no access any more" in text(done)
    assert read(tokens) == 401
    again = {"grant_type": "refresh_token", "client_id": "the-app",
             "refresh_token": tokens.get("refresh_token", "")}  # fmt: skip
    assert rebeccas.browser.post(app.TOKEN, again).status_code in (400, 401)
    assert not AccessToken.objects.exists()
    assert not RefreshToken.objects.exists()
    assert AuditRecord.objects.get(action="consent-end").client_id == "the-app"


def test_a_code_that_was_not_exchanged_yet_ends_as_well(rebeccas):
    code = answer(rebeccas.approve())["code"]
    rebeccas.browser.post(ONE)
    assert rebeccas.exchange(code).status_code == 400


def test_what_has_ended_is_asked_anew(rebeccas, tokens):
    rebeccas.browser.post(ONE)
    assert rebeccas.ask().status_code == 200
    assert "No app has access" in text(rebeccas.browser.get(PAGE))


def test_several_approvals_of_an_app_stand_apart_and_end_together(rebeccas, tokens):
    rebeccas.approve(scope="launch/patient patient/Goal.rs")
    page = text(rebeccas.browser.get(PAGE))
    assert page.count('<h2 id="app-') == 1
    assert page.count('class="approval"') == 2
    assert "Goals of treatment" in page
    assert "Revoke all" in page
    rebeccas.browser.post(ONE)
    assert not DataAccessGrant.objects.filter(revoked_at=None).exists()


def test_one_approval_ends_and_the_others_go_on(rebeccas, tokens):
    rebeccas.approve(scope="launch/patient patient/Goal.rs")
    newest = DataAccessGrant.objects.latest("id")
    asked = text(rebeccas.browser.get(f"{ONE}/{newest.pk}"))
    assert "Goals of treatment" in asked
    assert "Problems, diagnoses" not in asked
    assert "has lost this access" in text(rebeccas.browser.post(f"{ONE}/{newest.pk}", follow=True))
    assert [each.revoked_at is None for each in DataAccessGrant.objects.order_by("id")] == [
        True, False,
    ]  # fmt: skip
    assert read(tokens) == 200


def test_an_approval_of_somebody_else_or_another_app_is_not_there(rebeccas, tokens, john):
    grant = DataAccessGrant.objects.get().pk
    app.register("other-app")
    assert signed_in(john.account).post(f"{ONE}/{grant}").status_code == 404
    assert rebeccas.browser.post(f"{PAGE}/other-app/{grant}").status_code == 404
    assert rebeccas.browser.post(f"{ONE}/{'9' * 19}").status_code == 404
    assert read(tokens) == 200


def test_the_page_takes_no_more_statements_for_more_apps(
    rebeccas, tokens, django_assert_max_num_queries
):
    for number in range(5):
        app.register(f"app-{number}")
        rebeccas.approve(client_id=f"app-{number}")
    with django_assert_max_num_queries(7):  # session, account, approvals, people, the trail
        rebeccas.browser.get(PAGE)


def test_nobody_ends_the_access_of_somebody_elses_app(tokens, john):
    johns = signed_in(john.account)
    assert johns.get(ONE).status_code == 404
    assert johns.post(ONE).status_code == 404
    assert johns.get(f"{PAGE}/no-such").status_code == 404
    assert read(tokens) == 200


def test_an_approval_that_has_run_out_is_not_listed(rebeccas, tokens):
    DataAccessGrant.objects.update(expires_at=timezone.now())
    assert "No app has access" in text(rebeccas.browser.get(PAGE))


def test_the_page_is_for_those_who_signed_in(db):
    response = Browser().get(PAGE)
    assert response["Location"].startswith("/patient/index.html?next=")


def test_other_peoples_approvals_of_the_app_go_on(rebeccas, tokens, john):
    App(signed_in(john.account)).approve()
    rebeccas.browser.post(ONE)
    assert Client.objects.get().data_access_grants.filter(revoked_at=None).count() == 1
