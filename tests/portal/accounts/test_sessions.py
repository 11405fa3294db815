"""Sessions: where an account is signed in, how long that lasts, and ending it."""

import time
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from portal.accounts.sessions import devices, living
from portal.accounts.sessions.limits import SessionLimitsMiddleware
from portal.accounts.sessions.models import SignedIn
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import PATIENT_DOOR, signed_in, try_door

pytestmark = pytest.mark.django_db
PAGE, HOME, CLOCK = "/portal/settings/sessions/", "/portal/", "/portal/session/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile Safari/604.1"


@pytest.fixture
def browser(patient):
    return signed_in(patient)


def age(client, **seconds):
    """Sets the session's clocks back."""
    session = client.session
    for name, back in seconds.items():
        session[name] = int(time.time()) - back
    session.save()


def test_the_list_tells_the_devices_apart(browser, patient):
    other = Client(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.77")
    try_door(other, PATIENT_DOOR, "rebecca")
    page = browser.get(PAGE).content.decode()
    assert "Firefox, Windows" in page
    assert "203.0.113.0/24" in page
    assert "203.0.113.77" not in page
    assert page.count("This one") == 1


@pytest.mark.parametrize(
    ("user_agent", "words"), [(FIREFOX, "Firefox, Windows"), (IPHONE, "Safari, iPhone"), ("", "")]
)
def test_a_browser_in_words(user_agent, words):
    assert devices.in_words(user_agent) == words


def test_one_session_is_ended_and_the_others_stay(browser, patient):
    others = [signed_in(patient), signed_in(patient)]
    which = SignedIn.objects.get(session_id=others[0].session.session_key)
    assert browser.post(f"{PAGE}{which.pk}/end/").url == PAGE
    assert [each.get(HOME).status_code for each in (browser, *others)] == [200, 302, 200]
    assert AuditRecord.objects.filter(action="session-end").count() == 1


def test_all_others_are_ended_at_once(browser, patient):
    others = [signed_in(patient), signed_in(patient)]
    browser.post(f"{PAGE}end-others/")
    assert [each.get(HOME).status_code for each in (browser, *others)] == [200, 302, 302]
    assert b"signed in nowhere else" in browser.get(PAGE).content


def test_somebody_elses_session_does_not_exist(browser, provider):
    other = signed_in(provider)
    which = SignedIn.objects.get(account=provider)
    assert browser.post(f"{PAGE}{which.pk}/end/").status_code == 404
    assert other.get(HOME).status_code == 200


def test_signing_out_takes_it_off_the_list(browser, patient):
    signed_in(patient).post("/sign-out/")
    assert SignedIn.objects.count() == 1


@pytest.mark.parametrize("page", ["password", "pin"])
def test_a_new_password_or_pin_leaves_one(browser, patient, page):
    signed_in(patient)
    new = {"password": "an entirely new phrase", "pin": "7305"}[page]
    form = {"current_password": PASSWORD, "current_pin": PIN, page: new, f"{page}_again": new}
    assert browser.post(f"/portal/settings/{page}/", form).status_code == 302
    assert SignedIn.objects.get().session_id == browser.session.session_key
    assert Session.objects.count() == 1


def test_half_an_hour_of_nothing_ends_it(browser):
    age(browser, seen_at=31 * 60)
    answer = browser.get(HOME, follow=True)
    assert answer.redirect_chain[0][0].startswith(PATIENT_DOOR)
    assert b"Your session has ended" in answer.content
    assert AuditRecord.objects.get(action="session-end").detail == "ran out"


def test_twelve_hours_end_it_whatever_is_done(browser):
    age(browser, signed_in_at=12 * 3600 + 1, seen_at=10)
    assert browser.get(HOME).status_code == 302


def test_whoever_does_something_stays(browser):
    age(browser, seen_at=29 * 60)
    assert browser.get(HOME).status_code == 200
    assert browser.get(CLOCK).json()["seconds"] > 29 * 60


def test_within_a_minute_nothing_is_written(browser, django_assert_num_queries):
    browser.get(HOME)
    with django_assert_num_queries(3):  # session, account, the device it was opened with
        browser.get(CLOCK)


def test_last_seen_is_kept_to_the_minute(browser):
    SignedIn.objects.update(last_seen=timezone.now() - timedelta(minutes=5))
    age(browser, seen_at=5 * 60)
    browser.get(HOME)
    assert SignedIn.objects.get().last_seen > timezone.now() - timedelta(minutes=1)


def test_asking_how_long_is_left_keeps_nobody_signed_in(browser):
    age(browser, seen_at=29 * 60)
    assert 0 < browser.get(CLOCK).json()["seconds"] <= 60
    assert browser.post(CLOCK).json()["seconds"] > 29 * 60


def test_of_somebody_not_signed_in_nothing_is_left(client, db):
    assert client.get(CLOCK).json() == {"seconds": 0}


def test_a_form_sent_too_late_leads_back_to_its_own_page(browser):
    age(browser, seen_at=31 * 60)
    answer = browser.post(
        "/portal/settings/phone/", {}, HTTP_REFERER="http://testserver/portal/settings/phone/"
    )
    assert answer.url == f"{PATIENT_DOOR}?next=%2Fportal%2Fsettings%2Fphone%2F"


def test_a_session_from_before_the_list_is_taken_in(client, patient):
    client.force_login(patient, "portal.accounts.signin.PasswordAndPinBackend")
    client.get(HOME)
    assert SignedIn.objects.get().account == patient


def test_every_page_carries_the_warning_for_those_signed_in(browser, client):
    assert b'id="session-warning"' in browser.get(HOME).content
    assert b'id="session-warning"' not in client.get(PATIENT_DOOR).content


@pytest.mark.django_db(transaction=True)
def test_a_session_that_is_ended_while_a_request_is_on_its_way_is_over(patient):
    """The request had read it; then another one ended it."""
    browser = signed_in(patient)
    age(browser, seen_at=120)
    request = RequestFactory().get(HOME)
    request.session = browser.session
    request.session.get("seen_at")  # read, as the middleware before this one does
    request.user = patient
    living.end_all(patient)
    answered = SessionLimitsMiddleware(lambda asked: HttpResponse(str(asked.user)))(request)
    assert answered.content == b"AnonymousUser"
    assert not SignedIn.objects.exists()
    assert browser.get(HOME).status_code == 302
