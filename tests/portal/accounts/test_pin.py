"""The PIN: which are refused, how it is stored, and how wrong tries are slowed down."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.accounts.models import PinDevice
from portal.accounts.pin import check_new_pin, confirm_pin, pin_wait, set_pin
from tests.people import PIN


@pytest.mark.parametrize(
    "pin",
    ["0000", "1111", "1212", "123123", "1234", "7890", "4321", "0987", "98765432",
     "1978", "0412", "1204", "041278", "04121978", "19780412", "780412",
     "", "123", "123456789", "12 4", "١٢٣٤"],
)  # fmt: skip
def test_what_somebody_would_try_first_is_refused(pin):
    with pytest.raises(ValidationError):
        check_new_pin(pin, date(1978, 4, 12))


@pytest.mark.parametrize("pin", ["4829", "482915", "90317264", "1357"])
def test_other_pins_are_fine(pin):
    check_new_pin(pin, date(1978, 4, 12))


def test_the_pin_is_stored_as_a_hash(patient):
    assert PIN not in PinDevice.objects.get(user=patient).pin_hash


def test_a_right_pin_counts_at_once_after_a_wrong_one(patient):
    assert not confirm_pin(patient, "000000")
    assert confirm_pin(patient, PIN)


def test_from_the_third_wrong_one_on_even_the_right_pin_must_wait(patient):
    for _ in range(3):
        assert not confirm_pin(patient, "000000")
    assert pin_wait(patient) == 1
    assert not confirm_pin(patient, PIN)


def test_the_wait_grows_but_not_beyond_a_quarter_of_an_hour(patient):
    device = PinDevice.objects.get(user=patient)
    device.throttling_failure_timestamp = timezone.now()
    device.throttling_failure_count = 6
    device.save()
    assert 6 < pin_wait(patient) <= 8
    PinDevice.objects.update(throttling_failure_count=5000)
    assert 14 * 60 < pin_wait(patient) <= 15 * 60


def test_after_the_wait_the_right_pin_counts_again_and_clears_the_count(patient):
    for _ in range(3):
        confirm_pin(patient, "000000")
    PinDevice.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(seconds=2))
    assert confirm_pin(patient, PIN)
    assert PinDevice.objects.get().throttling_failure_count == 0


def test_a_new_pin_replaces_the_old_one(patient):
    set_pin(patient, "90317264")
    assert PinDevice.objects.filter(user=patient).count() == 1
    assert confirm_pin(patient, "90317264")
    assert not confirm_pin(patient, PIN)


def test_passwords_and_pins_are_hashed_with_argon2id_as_owasp_recommends(settings):
    settings.PASSWORD_HASHERS = [settings.PASSWORD_HASHERS[1]]  # without the suite's quick one
    assert make_password(PIN).startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
