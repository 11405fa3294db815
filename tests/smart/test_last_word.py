"""Who approves less than before ends what went further: the last word counts at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessToken, AuthorizationCode, DataAccessGrant, RefreshToken
from portal.accounts.models import Account
from tests.people import Person
from tests.portal.ui.browser import signed_in
from tests.smart import app
from tests.smart.app import App, answer
from tests.smart.test_at_once import waiting

WIDE = "launch/patient offline_access patient/*.rs"


@pytest.fixture
def rebeccas(rebecca: Person) -> App:
    app.register()
    return App(signed_in(rebecca.account), params={"scope": WIDE})


def tokens(of: App, **changed: Any) -> dict[str, str]:
    found: dict[str, str] = of.exchange(answer(of.approve(**changed))["code"]).json()
    return found


def read(tokens: dict[str, str]) -> int:
    headers = {"authorization": f"Bearer {tokens['access_token']}"}
    return Browser().get("/R4-patient-api/Patient/142859", headers=headers).status_code


def live() -> list[str]:
    return list(DataAccessGrant.objects.filter(revoked_at=None).values_list("scope", flat=True))


@pytest.mark.parametrize("left_out", ["patient/Coverage.rs", "offline_access"])
def test_unticking_ends_the_tokens_of_what_was_approved_before(rebeccas: App, left_out: str):
    before = tokens(rebeccas)
    assert read(before) == 200
    rebeccas.approve(prompt="consent", without=(left_out,))
    assert read(before) == 401
    assert not RefreshToken.objects.exists()
    [left] = live()
    assert left_out not in left.split()
    ended = AuditRecord.objects.get(action="consent-end")
    assert (ended.detail, ended.patient_ids) == ("less was approved", ["142859"])


def test_an_app_that_asks_for_less_gives_up_what_it_had(rebeccas: App):
    before = tokens(rebeccas)
    rebeccas.approve(prompt="consent", scope="launch/patient patient/Condition.rs")
    assert read(before) == 401
    assert live() == ["launch/patient patient/Condition.rs"]


def test_a_code_that_waits_to_be_exchanged_ends_too(rebeccas: App):
    code = answer(rebeccas.approve())["code"]
    rebeccas.approve(prompt="consent", without=("patient/Coverage.rs",))
    assert rebeccas.exchange(code).status_code == 400
    assert AuthorizationCode.objects.count() == 1


@pytest.mark.parametrize(
    "scope", [WIDE, f"{WIDE} user/Patient.rs", "launch/patient patient/Goal.rs"]
)
def test_the_same_more_or_something_else_ends_nothing(rebeccas: App, scope: str):
    before = tokens(rebeccas, scope="launch/patient offline_access patient/Patient.rs")
    rebeccas.approve(prompt="consent", scope=scope)
    assert read(before) == 200
    assert not AuditRecord.objects.filter(action="consent-end").exists()


def test_what_was_declined_elsewhere_is_still_open_there(rebeccas: App, john: Person):
    """Another person, another app: each has an own word."""
    app.register("other-app")
    other = tokens(App(rebeccas.browser, "other-app", {**rebeccas.params}))
    before = tokens(App(signed_in(john.account), params=rebeccas.params))
    tokens(rebeccas)
    rebeccas.approve(prompt="consent", without=("patient/Coverage.rs",))
    assert read(other) == 200
    assert AccessToken.objects.count() == 2
    assert before["patient"] == "142860"


def decided_at_once(person: Person, apps: list[tuple[App, tuple[str, ...]]]) -> list[Any]:
    """Both pages are open and both are answered before the first of them is written."""

    def decide(asking: App, without: tuple[str, ...]) -> Any:
        try:
            return asking.approve(prompt="consent", without=without)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(apps)) as pool:
        with transaction.atomic():
            Account.objects.select_for_update(no_key=True).get(pk=person.account.pk)
            asked = [pool.submit(decide, *each) for each in apps]
            until = time.monotonic() + 30
            while waiting() < len(apps):
                assert time.monotonic() < until, [each for each in asked if each.done()]
                time.sleep(0.02)
        return [each.result(30) for each in asked]


@pytest.mark.django_db(transaction=True)
def test_the_same_approved_twice_at_once_is_one_approval_with_two_codes(rebecca: Person):
    app.register()
    both = [App(signed_in(rebecca.account)) for _ in range(2)]
    answers = decided_at_once(rebecca, [(each, ()) for each in both])
    assert len({answer(each)["code"] for each in answers}) == 2
    assert len(live()) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_words_at_once_one_is_the_last(rebecca: Person):
    app.register()
    both = [App(signed_in(rebecca.account)) for _ in range(2)]
    decided_at_once(rebecca, [(both[0], ()), (both[1], ("patient/Coverage.rs",))])
    newest = DataAccessGrant.objects.latest("id").scope
    is_narrow_last = "patient/*.rs" not in newest
    assert live() == [newest] if is_narrow_last else newest in live()
