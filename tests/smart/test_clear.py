"""What has run out goes, what works stays, and the reuse of what was used is noticed still."""

from datetime import timedelta

from django.utils import timezone

from fhirapi.smart.models import (
    AccessToken,
    AuthorizationCode,
    LaunchContext,
    RefreshToken,
    SpentAssertion,
)
from fhirapi.smart.tokens.clear import forget_expired
from tests.people import Person
from tests.smart import flow

LONG_AGO = timezone.now() - timedelta(days=120)


def test_what_has_run_out_goes(rebecca: Person) -> None:
    app = flow.asymmetric()
    app.exchange(flow.code(app, rebecca))
    app.exchange(flow.code(app, rebecca, "patient/*.rs"))
    told = {"account": rebecca.account, "client": app.client, "context": {}}
    LaunchContext.objects.create(digest="d", expires_at=LONG_AGO, **told)
    for expiring in (AccessToken, AuthorizationCode):
        expiring.objects.update(expires=LONG_AGO)
    SpentAssertion.objects.update(expires_at=LONG_AGO)
    forget_expired()
    for gone in (AccessToken, RefreshToken, AuthorizationCode, SpentAssertion, LaunchContext):
        assert not gone.objects.exists(), gone


def test_what_works_stays(rebecca: Person) -> None:
    app = flow.asymmetric()
    pair = app.exchange(flow.code(app, rebecca)).json()
    newer = app.refresh(pair["refresh_token"]).json()
    forget_expired()
    assert flow.read(app, newer["access_token"]).status_code == 200
    assert app.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert flow.read(app, newer["access_token"]).status_code == 401


def test_a_spent_assertion_is_known_until_it_expires(rebecca: Person) -> None:
    app = flow.asymmetric()
    text = app.assertion()
    app.exchange(flow.code(app, rebecca), client_assertion=text)
    forget_expired()
    again = app.exchange(flow.code(app, rebecca), client_assertion=text)
    assert again.json()["error"] == "invalid_client"
