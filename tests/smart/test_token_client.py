"""Who a client is at the token address: by the way it is registered for, and by no other."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessToken, AuthorizationCode, Client
from tests.people import Person
from tests.smart import flow
from tests.smart.asking import assert_refused, exchange, signed


def basic(client_id: str, secret: str) -> dict[str, str]:
    pair = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return {"authorization": f"Basic {pair}"}


def test_a_secret_comes_in_the_header_or_in_the_form(rebecca: Person) -> None:
    app = flow.symmetric()
    assert exchange(app, rebecca, basic(app.id, app.secret)).status_code == 200
    in_form = exchange(app, rebecca, client_id=app.id, client_secret=app.secret)
    assert in_form.status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_a_wrong_secret_is_an_invalid_client_with_a_challenge(rebecca: Person, secret: str) -> None:
    app = flow.symmetric()
    response = exchange(app, rebecca, basic(app.id, secret))
    assert_refused(response)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic ")


def test_two_secrets_live_side_by_side_until_one_ends(rebecca: Person) -> None:
    app = flow.symmetric()
    newer = clients.new_secret(app.client, by=None)
    for secret in (app.secret, newer):
        assert exchange(app, rebecca, basic(app.id, secret)).status_code == 200
    app.client.secrets.update(expires_at=timezone.now() - timedelta(seconds=1))
    AccessToken.objects.all().delete()
    assert_refused(exchange(app, rebecca, basic(app.id, newer)))


def test_a_public_client_names_itself_in_the_form_or_in_a_header_without_password(
    rebecca: Person,
) -> None:
    app = flow.public()
    assert exchange(app, rebecca, client_id=app.id).status_code == 200
    assert exchange(app, rebecca, basic(app.id, "")).status_code == 200


def test_a_public_client_has_no_secret(rebecca: Person) -> None:
    app = flow.public()
    assert_refused(exchange(app, rebecca, client_id=app.id, client_secret="anything"))


@pytest.mark.parametrize("make", [flow.symmetric, flow.asymmetric])
def test_no_confidential_client_gets_in_by_its_name(make: Any, rebecca: Person) -> None:
    app = make()
    assert_refused(exchange(app, rebecca, client_id=app.id))
    assert_refused(exchange(app, rebecca, basic(app.id, "")))


def test_a_client_of_the_key_pair_kind_gets_in_by_no_secret(rebecca: Person) -> None:
    app = flow.asymmetric()
    secret = clients.new_secret(app.client, by=None)
    assert_refused(exchange(app, rebecca, client_id=app.id, client_secret=secret))


@pytest.mark.parametrize("make", [flow.public, flow.symmetric])
def test_an_assertion_suits_only_clients_registered_for_it(make: Any, rebecca: Person) -> None:
    app = make()
    app.client.jwks = {"keys": [flow.key_pair("ES384")[1]]}
    app.client.save()
    assert_refused(signed(app, rebecca, app.assertion()))


def test_two_ways_at_once_are_an_invalid_request(rebecca: Person) -> None:
    app = flow.symmetric()
    in_both = exchange(app, rebecca, basic(app.id, app.secret), client_secret=app.secret)
    assert_refused(in_both, "invalid_request")
    with_assertion = signed(app, rebecca, app.assertion(), client_secret=app.secret)
    assert_refused(with_assertion, "invalid_request")


def test_header_and_form_name_the_same_client(rebecca: Person) -> None:
    app = flow.symmetric()
    response = exchange(app, rebecca, basic(app.id, app.secret), client_id="another")
    assert_refused(response, "invalid_request")


@pytest.mark.parametrize("make", [flow.public, flow.symmetric, flow.asymmetric])
def test_a_disabled_client_gets_nothing(make: Any, rebecca: Person) -> None:
    app = make()
    Client.objects.update(disabled_at=timezone.now())
    response = app.exchange(flow.code(app, rebecca))
    assert_refused(response)
    assert "disabled" in response.json()["error_description"]


@pytest.mark.parametrize("shown", [{}, {"client_id": "nobody"}, {"client_secret": "x"}])
def test_an_unknown_client_is_refused(rebecca: Person, shown: dict[str, str]) -> None:
    assert_refused(exchange(flow.public(), rebecca, **shown))


@pytest.mark.parametrize("named", ["nobody", "a-secret-in-the-wrong-field", "x" * 200])
def test_what_names_no_client_does_not_come_into_the_trail(rebecca: Person, named: str) -> None:
    """People put the secret into the wrong field."""
    app = flow.symmetric()
    exchange(app, rebecca, client_id=named, client_secret="x")
    exchange(app, rebecca, client_id=app.id, client_secret="x")
    denied = AuditRecord.objects.filter(action="token", outcome="denied").order_by("id")
    assert [each.client_id for each in denied] == [None, app.id]


@pytest.mark.parametrize("header", ["Basic", "Basic !", "Basic /w==", "Basic \xe9"])
def test_a_header_that_cannot_be_read_is_refused(rebecca: Person, header: str) -> None:
    assert_refused(exchange(flow.public(), rebecca, {"authorization": header}))


def test_a_refused_client_does_not_use_up_the_code(rebecca: Person) -> None:
    app = flow.symmetric()
    code = flow.code(app, rebecca)
    app.exchange(code, client_secret="wrong")
    assert AuthorizationCode.objects.get(code=code).token_family is None
    assert app.exchange(code).status_code == 200
