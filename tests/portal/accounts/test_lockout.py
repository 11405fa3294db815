"""Guessing is slow from wherever it comes, costs no owner anything, and tells nobody who there is.

How it looks from outside: ``tests/security/test_sign_in.py``.
"""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fhirapi.smart import secrets
from portal.accounts import known_device
from portal.accounts.models import FailedSignIn
from tests.api import Api
from tests.people import PASSWORD, PIN, Person
from tests.portal.accounts.conftest import PATIENT_DOOR, try_door

pytestmark = pytest.mark.django_db


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How much was computed: passwords and PINs hashed, digests of secrets made."""
    made: Counter[str] = Counter()

    def count(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def counting(*args: Any, **more: Any) -> Any:
            made[name] += 1
            return original(*args, **more)

        monkeypatch.setattr(owner, name, counting)

    for name in ("encode", "verify"):
        count(Argon2PasswordHasher, name)
    count(secrets, "digests")
    return made


def at(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


@pytest.mark.parametrize(
    ("username", "password", "pin"),
    [
        ("nobody", PASSWORD, PIN),
        ("rebecca", "wrong", PIN),
        ("rebecca", PASSWORD, "9999"),
        ("rebecca", "wrong", "9999"),
    ],
)
def test_every_failure_takes_two_hashes(
    client: Client, patient: Any, counted: Counter[str], username: str, password: str, pin: str
) -> None:
    counted.clear()
    try_door(client, PATIENT_DOOR, username, password, pin)
    assert counted["encode"] + counted["verify"] == 2


def test_an_inactive_account_takes_as_much_as_none(
    client: Client, patient: Any, counted: Counter[str]
) -> None:
    patient.is_active = False
    patient.save()
    counted.clear()
    try_door(client, PATIENT_DOOR, "rebecca")
    assert counted["encode"] + counted["verify"] == 2


def test_an_unknown_access_key_takes_as_much_as_a_wrong_secret(
    api: Api, rebecca: Person, counted: Counter[str]
) -> None:
    key = rebecca.key
    counted.clear()
    known = api.exchange(key, "wrong")
    first = counted["digests"]
    counted.clear()
    unknown = api.ask_token(
        grant_type="authorization_code", Client_ID="0" * 16, Client_secret="wrong"
    )
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert counted["digests"] == first == 2


def test_recovery_of_nobody_commits_as_often_as_of_somebody(patient: Any, mailoutbox: Any) -> None:
    """And sends as many letters."""
    commits = []
    for email in (patient.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as asked:
            assert Client().post("/recover/", {"email": email}).status_code == 302
        commits.append(sum("RELEASE SAVEPOINT" in each["sql"] for each in asked))
    assert commits[0] == commits[1] > 0
    assert len(mailoutbox) == 2


def test_a_neighbour_does_not_lock_out_who_has_signed_in_there(patient: Any) -> None:
    owner, neighbour = at("203.0.113.7"), at("203.0.113.7")
    assert try_door(owner, PATIENT_DOOR, "rebecca").status_code == 302
    for _ in range(6):
        locked = try_door(neighbour, PATIENT_DOOR, "rebecca", "wrong")
    assert locked.status_code == 429
    assert try_door(owner, PATIENT_DOOR, "rebecca").status_code == 302


def test_a_known_browser_is_locked_by_its_own_failures(patient: Any) -> None:
    owner = at("203.0.113.7")
    try_door(owner, PATIENT_DOOR, "rebecca")
    statuses = [try_door(owner, PATIENT_DOOR, "rebecca", "wrong").status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]


def test_the_cookie_counts_for_the_accounts_that_signed_in_alone(
    patient: Any, provider: Any
) -> None:
    browser = at("203.0.113.7")
    try_door(browser, PATIENT_DOOR, "rebecca")
    try_door(browser, PATIENT_DOOR, "grey", "wrong")
    assert FailedSignIn.objects.get().place == "203.0.113.7"


def test_a_cookie_that_was_changed_is_none(patient: Any) -> None:
    browser = at("203.0.113.7")
    try_door(browser, PATIENT_DOOR, "rebecca")
    browser.cookies[known_device.COOKIE] = browser.cookies[known_device.COOKIE].value + "x"
    try_door(browser, PATIENT_DOOR, "rebecca", "wrong")
    assert FailedSignIn.objects.get().place == "203.0.113.7"


def test_many_places_that_try_one_account_wait_ever_longer(patient: Any, settings: Any) -> None:
    settings.SIGN_IN_FAILURES_OF_ACCOUNT = 6
    found = [
        try_door(at(f"198.51.100.{each}"), PATIENT_DOOR, "rebecca", "wrong") for each in range(8)
    ]
    assert [each.status_code for each in found] == [200] * 6 + [429] * 2
    waits = []
    for each in range(4):
        FailedSignIn.objects.update(last_at=timezone.now() - timedelta(hours=1))
        try_door(at(f"192.0.2.{each}"), PATIENT_DOOR, "rebecca", "wrong")
        waits.append(int(try_door(at("192.0.2.99"), PATIENT_DOOR, "rebecca")["Retry-After"]))
    assert waits == [2, 4, 8, 16]


def test_the_wait_of_an_account_has_an_end(patient: Any, settings: Any) -> None:
    settings.SIGN_IN_FAILURES_OF_ACCOUNT = 1
    try_door(at("192.0.2.1"), PATIENT_DOOR, "rebecca", "wrong")
    FailedSignIn.objects.update(in_all=10_000)
    wait = int(try_door(at("192.0.2.2"), PATIENT_DOOR, "rebecca")["Retry-After"])
    assert 850 < wait <= 900
    FailedSignIn.objects.update(last_at=timezone.now() - timedelta(seconds=901))
    assert try_door(at("192.0.2.2"), PATIENT_DOOR, "rebecca").status_code == 302


def test_one_address_with_many_usernames_waits_but_not_a_known_browser(
    patient: Any, settings: Any
) -> None:
    settings.SIGN_IN_FAILURES_OF_ADDRESS = 4
    owner = at("203.0.113.7")
    try_door(owner, PATIENT_DOOR, "rebecca")
    found = [
        try_door(at("203.0.113.7"), PATIENT_DOOR, f"name{each}", "wrong").status_code
        for each in range(6)
    ]
    assert found == [200] * 4 + [429] * 2
    assert try_door(owner, PATIENT_DOOR, "rebecca").status_code == 302
    assert try_door(at("203.0.113.8"), PATIENT_DOOR, "rebecca").status_code == 302


def test_an_ipv6_network_is_one_place(patient: Any) -> None:
    found = [
        try_door(at(f"2001:db8:1:2::{each}"), PATIENT_DOOR, "rebecca", "wrong").status_code
        for each in range(1, 7)
    ]
    assert found[-1] == 429
    assert FailedSignIn.objects.get().place == "2001:db8:1:2::"


def test_the_right_ones_forgive_what_was_typed_there_and_not_what_others_tried(
    patient: Any,
) -> None:
    for address in ("203.0.113.7", "198.51.100.1"):
        try_door(at(address), PATIENT_DOOR, "rebecca", "wrong")
    try_door(at("203.0.113.7"), PATIENT_DOOR, "rebecca")
    assert FailedSignIn.objects.get().place == "198.51.100.1"


def test_cookies_hold_five_accounts_at_most(make: Any) -> None:
    browser = Client()
    for number in range(7):
        make(f"desk{number}", wants_patient=True)
        try_door(browser, PATIENT_DOOR, f"desk{number}")
        browser.post("/sign-out/")
    try_door(browser, PATIENT_DOOR, "desk0", "wrong")
    try_door(browser, PATIENT_DOOR, "desk6", "wrong")
    places = set(FailedSignIn.objects.values_list("place", flat=True))
    assert len([place for place in places if place.startswith("device ")]) == 1
