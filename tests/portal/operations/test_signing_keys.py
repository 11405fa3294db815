"""Signing keys at the desk: seen by those who see operations, exchanged with a PIN, on record."""

from collections.abc import Iterator

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.tokens import key_ring
from fhirapi.smart.tokens.models import SigningKey
from tests.people import PIN
from tests.portal.operations.conftest import said

PAGE = "/admin/signing-keys/"


@pytest.fixture(autouse=True)
def _ring_of_this_test() -> Iterator[None]:
    key_ring.forget()
    yield
    key_ring.forget()


def states(browser) -> list[str]:
    return [each.state for each in browser.get(PAGE).context["keys"]]


def test_keys_are_shown_with_name_state_and_age(admin, client):
    assert states(admin) == ["signing"]
    admin.post(PAGE, {"how": "planned", "pin": PIN})
    page = admin.get(PAGE).content.decode()
    keys = client.get("/R4-patient-api/oauth2/jwks").json()["keys"]
    assert len(keys) == 4
    assert [each["kid"] in page for each in keys] == [True] * 4
    assert "ago" in page
    assert "BEGIN PRIVATE" not in page


def test_it_is_exchanged_in_its_turn_and_that_is_on_record(admin, administrator):
    assert said(admin.post(PAGE, {"how": "planned", "pin": PIN}, follow=True)) == ["success"]
    assert states(admin) == ["next", "signing"]
    record = AuditRecord.objects.get(action="operation")
    assert record.account_id == administrator.pk
    assert key_ring.current().keys[0].pair.kid in record.detail


def test_a_second_time_waits_for_the_first(admin):
    admin.post(PAGE, {"how": "planned", "pin": PIN})
    assert said(admin.post(PAGE, {"how": "planned", "pin": PIN}, follow=True))[-1:] == ["warning"]
    assert SigningKey.objects.count() == 1


def test_one_that_others_may_know_goes_at_once(admin):
    admin.post(PAGE, {"how": "planned", "pin": PIN})
    admin.post(PAGE, {"how": "compromised", "pin": PIN})
    assert states(admin) == ["signing"]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"how": "planned", "pin": "000000"}, "pin"),
        ({"how": "planned"}, "pin"),
        ({"pin": PIN}, "how"),
        ({"how": "at will", "pin": PIN}, "how"),
    ],
)
def test_without_pin_or_reason_nothing_is_exchanged(admin, sent, field):
    answer = admin.post(PAGE, sent)
    assert list(answer.context["form"].errors) == [field]
    assert not SigningKey.objects.exists()


def test_a_wrong_pin_is_on_record(admin):
    admin.post(PAGE, {"how": "planned", "pin": "000000"})
    record = AuditRecord.objects.get(action="operation", outcome="denied")
    assert record.detail == "signing key: PIN not confirmed"


@pytest.mark.parametrize(
    ("group", "looks", "exchanges"),
    [("Operations", 200, 302), ("Auditor", 200, 403), ("App review", 403, 403)],
)
def test_who_may_look_and_who_may_exchange(staff, group, looks, exchanges):
    browser = staff(group)
    assert browser.get(PAGE).status_code == looks
    assert browser.post(PAGE, {"how": "planned", "pin": PIN}).status_code == exchanges
    assert SigningKey.objects.exists() == (exchanges == 302)
