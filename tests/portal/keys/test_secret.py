"""Show and Copy: the PIN every time, an audit record every time."""

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from portal.accounts.models import PinDevice
from tests.people import PIN
from tests.portal.keys.conftest import address_of
from tests.portal.ui.browser import HTMX, text

Action = AuditRecord.Action


def reveals() -> list[str]:
    found = AuditRecord.objects.filter(action=Action.KEY_REVEAL).order_by("id")
    return [each.outcome for each in found]


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_pin_shows_the_secret(rebecca, rebeccas, headers):
    response = rebeccas.post(address_of(rebecca, "secret/"), {"pin": PIN}, headers=headers)
    assert rebecca.secret in text(response)
    assert "no-store" in response["Cache-Control"]
    assert ("<html" in text(response)) is not bool(headers)


def test_showing_leaves_an_audit_record(rebecca, rebeccas):
    rebeccas.post(address_of(rebecca, "secret/"), {"pin": PIN})
    shown = AuditRecord.objects.get(action=Action.KEY_REVEAL)
    assert shown.account_id == rebecca.account.pk
    assert shown.client_id == rebecca.key.access_key_id
    assert shown.address == "127.0.0.1"


def test_copying_keeps_the_secret_off_the_screen(rebecca, rebeccas):
    form = {"pin": PIN, "for": "copy"}
    page = text(rebeccas.post(address_of(rebecca, "secret/"), form, headers=HTMX))
    assert f'value="{rebecca.secret}"' in page
    assert f">{rebecca.secret}<" not in page


@pytest.mark.parametrize("pin", ["", "000000", "4829151", "x" * 500, "48\x0015"])
def test_a_wrong_pin_shows_nothing(rebecca, rebeccas, pin):
    response = rebeccas.post(address_of(rebecca, "secret/"), {"pin": pin}, headers=HTMX)
    assert response.context["form"].errors["pin"]
    assert rebecca.key.access_key_id in text(response)
    assert reveals() == ["denied"]
    assert rebecca.secret not in text(response)


def test_a_long_wait_is_stated_in_minutes(rebecca, rebeccas):
    now = timezone.now()
    PinDevice.objects.update(throttling_failure_count=50, throttling_failure_timestamp=now)
    response = rebeccas.post(address_of(rebecca, "secret/"), {"pin": PIN}, headers=HTMX)
    assert "Wait 15 minutes, then try again." in response.context["form"].errors["pin"][0]


def test_wrong_pins_in_a_row_state_the_wait(rebecca, rebeccas):
    address = address_of(rebecca, "secret/")
    for _ in range(4):
        response = rebeccas.post(address, {"pin": "000000"})
    said = response.context["form"].errors["pin"][0]
    assert "Wait 1 second, " in said
    assert "here or when you sign in" in said
    # Even the right one is not looked at before the wait is over.
    assert rebecca.secret not in text(rebeccas.post(address, {"pin": PIN}))


def test_hiding_leads_back_to_show(rebecca, rebeccas):
    page = text(rebeccas.get(address_of(rebecca, "secret/?for=hide"), headers=HTMX))
    assert "autofocus>Show" in page
    assert "The SecretAccessKey is hidden." in page
    assert rebecca.secret not in page
