"""Subscribing by letter: confirmed by its owner, ended by one click, and nobody learns who does."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from portal.accounts.limits import LETTERS_A_RECIPIENT
from portal.changes import changelog
from portal.status.models import Incident, IncidentUpdate
from portal.subscriptions import links
from portal.subscriptions.models import NoticeTold, Subscription
from portal.subscriptions.telling import tell_of_changes, tell_of_status, to_each
from tests.bulk.exporting import work
from tests.portal.accounts.conftest import FORM, signed_in

ANN = "ann@example.org"
BOTH = ["status", "changes"]


def subscribe(client: Client, email: str = ANN, **values: Any) -> Any:
    return client.post("/subscriptions/", {"email": email, "topics": BOTH, **values})


def subscribed(**values: Any) -> Subscription:
    given: dict[str, Any] = {"email": ANN, "confirmed_at": timezone.now(), **values}
    return Subscription.objects.create(**given)


def path_in(letter: Any, which: str = "") -> str:
    found = re.findall(rf"https?://[^/\s]+(/subscriptions/{which}\S+)", letter.body)
    return str(found[0])


@pytest.mark.django_db(transaction=True)
class TestByLetter:
    def test_the_owner_of_the_address_confirms(self, client: Client) -> None:
        answer = subscribe(client)
        assert (answer.status_code, answer.url) == (302, "/subscriptions/sent/")
        assert "48 hours" in client.get(answer.url).content.decode()
        work()
        [letter] = mail.outbox
        assert letter.to == [ANN]
        address = path_in(letter, "confirm/")
        assert client.get(address).status_code == 200  # mail filters open links, too
        assert Subscription.objects.get().confirmed_at is None
        assert client.post(address).status_code == 302
        assert Subscription.objects.get().confirmed_at is not None

    def test_who_is_subscribed_already_learns_it_by_letter_only(self, client: Client) -> None:
        subscribed(wants_changes=False, asked_at=timezone.now() - timedelta(days=2))
        known, unknown = subscribe(client, ANN.upper()), subscribe(client, "bob@example.org")
        assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
        work()
        subjects = {letter.to[0]: letter.subject for letter in mail.outbox}
        assert "already" in subjects[ANN]
        assert "Confirm" in subjects["bob@example.org"]
        assert not Subscription.objects.get(email=ANN).wants_changes  # nobody else may change it

    def test_letters_speak_the_language_of_the_page(self, client: Client) -> None:
        client.post(
            "/subscriptions/", {"email": ANN, "topics": BOTH}, headers={"accept-language": "es"}
        )
        work()
        assert "Confirme" in mail.outbox[0].subject

    def test_each_hears_of_what_they_chose(self) -> None:
        subscribed()
        subscribed(email="changes@example.org", wants_status=False)
        subscribed(email="new@example.org", confirmed_at=None)
        subscribed(email="es@example.org", language="es")
        incident = Incident.objects.create(
            title_en="Tokens fail", title_es="Los tokens fallan", components=["token"]
        )
        update = IncidentUpdate.objects.create(
            incident=incident, stage="investigating", text_en="We look."
        )
        tell_of_status(update.pk)
        work()
        told = {letter.to[0]: letter for letter in mail.outbox}
        assert set(told) == {ANN, "es@example.org"}
        assert told[ANN].subject == "QSmartCare status: Tokens fail"
        assert "We look." in told[ANN].body
        assert "Los tokens fallan" in told["es@example.org"].subject

    def test_one_click_ends_it(self, client: Client) -> None:
        """RFC 8058: the mail program posts to the address in the header, without any cookie."""
        known = subscribed()
        incident = Incident.objects.create(title_en="Tokens fail", components=["token"])
        update = IncidentUpdate.objects.create(
            incident=incident, stage="investigating", text_en="We look."
        )
        tell_of_status(update.pk)
        work()
        [letter] = mail.outbox
        headers = letter.extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["List-Unsubscribe"] == f"<{links.to_end(known)}>"
        assert ANN not in headers["List-Unsubscribe"]
        address = re.sub(r"^<https?://[^/]+|>$", "", headers["List-Unsubscribe"])
        strict = Client(enforce_csrf_checks=True)
        answer = strict.post(address, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not Subscription.objects.exists()

    def test_a_release_is_told_once_and_none_of_before(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        subscribed()
        assert tell_of_changes() == []
        changed = "## 9.9.0 - 2030-01-01\n\n- All new.\n"
        monkeypatch.setattr(changelog, "releases", lambda: changelog.parse(changed))
        assert tell_of_changes() == ["v9-9-0"]
        assert tell_of_changes() == []
        work()
        assert [letter.subject for letter in mail.outbox] == [
            "QSmartCare changes: QSmartCare 9.9.0"
        ]
        assert "/changes/#v9-9-0" in mail.outbox[0].body
        assert NoticeTold.objects.filter(key="v9-9-0").exists()


def test_a_form_that_lacks_something_is_shown_again(client: Client, db: None) -> None:
    page = subscribe(client, "nonsense", topics=[])
    assert page.status_code == 200
    text = page.content.decode()
    assert "name@example.org" in text
    assert "Choose at least one." in text
    assert not Subscription.objects.exists()


def test_the_address_of_who_signed_in_stands_there(patient: Any) -> None:
    page = signed_in(patient).get("/subscriptions/").content.decode()
    assert patient.email in page


def test_too_many_requests_of_one_network_are_refused(
    client: Client, db: None, settings: Settings
) -> None:
    settings.LETTERS_AN_HOUR = 2
    statuses = [subscribe(client, f"a{number}@example.org").status_code for number in range(3)]
    assert statuses == [302, 302, 429]


def test_all_addresses_of_an_ipv6_network_count_as_one(
    client: Client, db: None, settings: Settings
) -> None:
    settings.LETTERS_AN_HOUR = 2

    def ask(number: int, peer: str) -> int:
        told = {"email": f"a{number}@example.org", "topics": BOTH}
        return client.post("/subscriptions/", told, REMOTE_ADDR=peer).status_code

    statuses = [ask(number, f"2001:db8:0:1::{number}") for number in range(3)]
    assert statuses == [302, 302, 429]
    assert ask(3, "2001:db8:0:2::1") == 302


@pytest.mark.parametrize("confirmed_at", [None, timezone.now()])
def test_a_mailbox_gets_one_letter_a_day_and_the_answer_stays_the_same(
    client: Client, db: None, confirmed_at: Any
) -> None:
    subscribed(confirmed_at=confirmed_at, asked_at=timezone.now() - timedelta(hours=25))
    answers = {subscribe(client, email).status_code for email in (ANN, ANN.upper()) * 4}
    assert answers == {302}
    asked = ProcrastinateJob.objects.filter(task_name="answer_subscription")
    assert asked.count() == 1


def test_a_stranger_cannot_use_up_the_letters_of_recovery(patient: Any, mailoutbox: Any) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.66")
    for _ in range(LETTERS_A_RECIPIENT + 1):
        subscribe(stranger, patient.email)
        stranger.post("/app/registration.html", {**FORM, "email": patient.email})
    mailoutbox.clear()
    Client().post("/recover/", {"email": patient.email})
    assert [letter.to for letter in mailoutbox] == [[patient.email]]
    assert "/recover/" in mailoutbox[0].body


def test_what_was_asked_last_counts_until_it_is_confirmed(client: Client, db: None) -> None:
    subscribe(client)
    subscribe(client, topics=["changes"])
    made = Subscription.objects.get()
    assert (made.wants_status, made.wants_changes) == (False, True)


def test_a_link_to_confirm_ends_after_two_days(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribed(confirmed_at=None)
    past = time.time() - timedelta(hours=49).total_seconds()
    with monkeypatch.context() as then:
        then.setattr(time, "time", lambda: past)
        address = links.to_confirm(made)
    answer = client.post(re.sub(r"^https?://[^/]+", "", address))
    assert answer.status_code == 404
    assert Subscription.objects.get().confirmed_at is None


def test_an_address_that_nobody_confirms_is_forgotten(db: None) -> None:
    subscribed()
    subscribed(
        email="old@example.org", confirmed_at=None, asked_at=timezone.now() - timedelta(hours=49)
    )
    subscribed(email="new@example.org", confirmed_at=None)
    call_command("clear_expired", verbosity=0)
    left = Subscription.objects.values_list("email", flat=True)
    assert set(left) == {ANN, "new@example.org"}


def test_a_subscription_is_changed_and_ended(client: Client, db: None) -> None:
    made = subscribed()
    address = re.sub(r"^https?://[^/]+", "", links.to_change(made))
    assert "checked" in client.get(address).content.decode()
    client.post(address, {"topics": ["changes"]})
    assert not Subscription.objects.get().wants_status
    assert "Choose at least one." in client.post(address, {"topics": []}).content.decode()
    ending = re.sub(r"^https?://[^/]+", "", links.to_end(made))
    assert client.get(ending).status_code == 200
    assert Subscription.objects.exists()
    client.post(ending)
    assert not Subscription.objects.exists()
    assert "not subscribed" in client.get(address).content.decode()
    assert "not subscribed" in client.post(ending).content.decode()


@pytest.mark.parametrize("path", ["", "unsubscribe/"])
def test_a_link_that_is_not_ours_opens_nothing(client: Client, db: None, path: str) -> None:
    made = subscribed()
    forged = f"/subscriptions/{made.pk}.AAAA/{path}"
    assert client.post(forged).status_code == 404
    other = links.to_confirm(made).split("/")[-2]  # signed for another purpose
    assert client.post(f"/subscriptions/{other}/{path}").status_code == 404
    assert Subscription.objects.exists()


def test_a_task_for_each_who_wants_to_hear(db: None) -> None:
    subscribed()
    subscribed(email="b@example.org", wants_changes=False)
    assert to_each("tell_changes_to_one", "changes", key="x") == 1
    [task] = ProcrastinateJob.objects.filter(task_name="tell_changes_to_one")
    assert set(task.args) == {"subscription_id", "key"}  # no address is kept in the queue
