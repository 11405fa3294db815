"""What being a partner opens, and that it closes with the standing."""

import threading
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from fhirapi.smart.clients import clients, provider_access
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import Client
from portal.accounts.own import closing
from portal.partners import steps, talking, terms
from portal.partners.forms import entered
from portal.partners.models import PartnerApplication
from portal.partners.programs import Program, State
from portal.partners.standing import is_partner
from tests.portal.partners.conftest import DETAILS, desk_of, page_of, state_of
from tests.portal.ui.browser import text

DESCRIBED = "/downloads/qsmartcare-provider-access.openapi.json"
WRITING = Details(
    kind=Client.Kind.SYMMETRIC,
    name="Growth chart",
    redirect_uris=("https://growth.example.com/callback",),
    scopes=("openid", "user/*.rs", "user/Observation.cruds"),
)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.CHECKING,
                                   State.REGISTRATION])  # fmt: skip
def test_nobody_is_a_partner_before_the_approval(developer, make, state):
    make(state)
    assert not is_partner(developer)


@pytest.mark.django_db
def test_api_distribution_holds_open_access_and_not_the_other_way(developer, stranger, make):
    make(State.APPROVED)
    make(State.APPROVED, program=Program.OPEN_ACCESS, account=stranger)
    assert is_partner(developer)
    assert is_partner(developer, program=Program.OPEN_ACCESS)
    assert is_partner(developer, program=Program.API_DISTRIBUTION)
    assert is_partner(stranger)
    assert not is_partner(stranger, program=Program.API_DISTRIBUTION)


@pytest.mark.django_db
def test_nobody_and_somebody_who_closed_the_account_are_no_partners(developer, make):
    assert not is_partner(None)
    assert not is_partner(AnonymousUser())
    make(State.APPROVED)
    developer.is_active = False
    assert not is_partner(developer)


@pytest.fixture
def app(developer):
    return clients.register(WRITING, owner=developer)


@pytest.mark.django_db
@pytest.mark.parametrize("ends", ["withdraw", "end"])
def test_with_the_standing_ends_what_it_opened(developer, reviewer, devs, desk, make, app, ends):
    partner = make(State.APPROVED)
    provider_access.approve(app, by=reviewer)
    if ends == "end":
        desk.post(desk_of(partner, "end"), {"note": "Section 5 was broken."})
    else:
        devs.post(page_of(partner, "withdraw/"))
    app.refresh_from_db()
    assert app.provider_access_at is None
    assert app.provider_access_note
    assert app.disabled_at is None  # it goes on reading
    assert not is_partner(developer)
    assert state_of(partner) == {"end": State.ENDED, "withdraw": State.WITHDRAWN}[ends]


@pytest.mark.django_db
def test_leaving_open_access_takes_nothing_from_api_distribution(developer, devs, make, app):
    make(State.APPROVED)
    provider_access.approve(app, by=None)
    reading = make(State.APPROVED, program=Program.OPEN_ACCESS)
    devs.post(page_of(reading, "withdraw/"))
    app.refresh_from_db()
    assert app.may_write


@pytest.mark.django_db
def test_withdrawing_what_waits_takes_nothing_from_apps_approved_before(devs, make, app):
    """They were approved before the program was, and nobody has decided otherwise."""
    provider_access.approve(app, by=None)
    devs.post(page_of(make(State.SUBMITTED), "withdraw/"))
    app.refresh_from_db()
    assert app.may_write


@pytest.mark.django_db
def test_the_page_of_an_app_says_how_to_apply_until_its_developer_is_a_partner(devs, make, app):
    page = f"/portal/apps/{app.client_id}/"
    assert "Only apps of partners are approved" in text(devs.get(page))
    make(State.APPROVED)
    assert "You are a partner of API Distribution" in text(devs.get(page))


@pytest.mark.django_db
def test_a_partner_sees_which_apps_may_write(devs, make, app):
    shown = text(devs.get(page_of(make(State.APPROVED))))
    assert f"/portal/apps/{app.client_id}/" in shown
    assert DESCRIBED in shown


@pytest.mark.django_db
def test_a_month_after_the_account_was_closed_only_who_accepted_what_is_kept(developer, make):
    kept = make(State.APPROVED)
    talking.say(kept, "Hello", by=developer)
    make(State.DRAFT, program=Program.OPEN_ACCESS)
    closing.close(developer, address=None)
    call_command("clear_expired", verbosity=0)
    kept.refresh_from_db()
    assert kept.contact_name == "Dee Veloper"
    developer.closed_at = timezone.now() - closing.KEPT - timedelta(minutes=1)
    developer.save()
    call_command("clear_expired", verbosity=0)
    [left] = PartnerApplication.objects.all()
    written = {name: value for name, value in entered(left).items() if value}
    assert written == {name: DETAILS[name] for name in ("organization", "register")}
    assert not left.messages.exists()
    [accepted] = left.acceptances.all()
    assert (accepted.version, accepted.digest) == (terms.current().version, terms.current().digest)
    assert accepted.accepted_by == developer
    assert left.events.count() == 4


def at_once(*deeds):
    """Each in a thread and a connection of its own; which of them were refused."""
    together, refused = threading.Barrier(len(deeds)), []

    def run(deed):
        together.wait()
        try:
            deed()
        except steps.NotNow:
            refused.append(deed)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(refused)


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_who_decide_at_once_one_decides(reviewer, stranger, make):
    application = make(State.REGISTRATION)
    refused = at_once(
        lambda: steps.approve(application, by=reviewer),
        lambda: steps.decline(application, by=stranger, note="No."),
    )
    assert refused == 1
    kinds = application.events.values_list("kind", flat=True)
    assert len({"approved", "declined"} & set(kinds)) == 1
    assert state_of(application) in kinds


@pytest.mark.django_db(transaction=True)
def test_of_an_approval_and_a_withdrawal_at_once_one_happens(developer, reviewer, make):
    application = make(State.REGISTRATION)
    at_once(
        lambda: steps.approve(application, by=reviewer),
        lambda: steps.withdraw(application, by=developer),
    )
    kinds = list(application.events.values_list("kind", flat=True))
    # An approval may be withdrawn right after it; never the other way round.
    assert kinds[-1] == state_of(application)
    assert kinds.count("withdrawn") == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "program", "opens"),
    [
        (State.REGISTRATION, Program.API_DISTRIBUTION, False),
        (State.APPROVED, Program.OPEN_ACCESS, False),
        (State.APPROVED, Program.API_DISTRIBUTION, True),
    ],
)
def test_the_provider_api_is_among_the_downloads_of_its_partners(devs, make, state, program, opens):
    make(state, program)
    page = devs.get("/downloads/").content.decode()
    assert (DESCRIBED in page) is opens
    file = devs.get(DESCRIBED)
    assert file.status_code == (200 if opens else 403)
    assert not opens or file.json()["openapi"] == "3.1.0"


@pytest.mark.django_db
def test_who_has_not_signed_in_is_asked_to_before_the_description_comes(client):
    answer = client.get(DESCRIBED)
    assert (answer.status_code, unquote(answer.url)) == (
        302,
        f"/patient/index.html?next={DESCRIBED}",
    )
