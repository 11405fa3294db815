"""The deeds on apps."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessToken, Client, ClientSecret, RefreshToken
from tests.people import Person
from tests.smart.apps import app, approve, details


def trail() -> list[tuple[str, str | None]]:
    rows = AuditRecord.objects.filter(action__startswith="client-").order_by("pk")
    return list(rows.values_list("action", "detail"))


def test_an_app_belongs_to_who_registered_it(rebecca: Person, john: Person) -> None:
    made = app(rebecca.account)
    assert list(clients.apps_of(rebecca.account)) == [made]
    assert list(clients.apps_of(john.account)) == []
    assert trail() == [("client-register", "confidential-symmetric")]


def test_the_client_of_an_access_key_is_no_app(rebecca: Person) -> None:
    assert rebecca.key.data_access_grant.client_id
    assert list(clients.apps()) == []


@pytest.mark.parametrize(
    ("kind", "client_type", "grant_type"),
    [
        (Client.Kind.PUBLIC, "public", "authorization-code"),
        (Client.Kind.SYMMETRIC, "confidential", "authorization-code"),
        (Client.Kind.ASYMMETRIC, "confidential", "authorization-code"),
        (Client.Kind.BACKEND, "confidential", "client-credentials"),
    ],
)
def test_a_kind_says_what_the_toolkit_wants_to_know(
    db: None, kind: str, client_type: str, grant_type: str
) -> None:
    made = app(None, kind)
    assert (made.client_type, made.authorization_grant_type) == (client_type, grant_type)


def test_a_new_secret_works_and_is_kept_as_a_digest_only(rebecca: Person) -> None:
    made = app(rebecca.account)
    secret = clients.new_secret(made, by=rebecca.account)
    assert clients.has_secret(made, secret)
    assert not clients.has_secret(made, secret + "x")
    assert not clients.has_secret(app(rebecca.account), secret)
    stored = ClientSecret.objects.get()
    assert stored.hint == secret[-4:]
    assert secret not in str(vars(stored))


def test_two_secrets_live_side_by_side_until_one_is_revoked(rebecca: Person) -> None:
    made = app(rebecca.account)
    old, new = (clients.new_secret(made, by=rebecca.account) for _ in range(2))
    assert clients.has_secret(made, old)
    assert clients.has_secret(made, new)
    first = made.secrets.earliest("pk")
    assert clients.revoke_secret(made, first.pk, by=rebecca.account)
    assert not clients.has_secret(made, old)
    assert clients.has_secret(made, new)
    assert not clients.revoke_secret(made, first.pk, by=rebecca.account)


def test_a_secret_ends_with_its_day(rebecca: Person) -> None:
    made = app(rebecca.account)
    past = timezone.now() - timedelta(seconds=1)
    secret = clients.new_secret(made, by=rebecca.account, expires_at=past)
    assert not clients.has_secret(made, secret)
    ClientSecret.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert clients.has_secret(made, secret)


def test_an_app_has_no_more_than_five_live_secrets(rebecca: Person) -> None:
    made = app(rebecca.account)
    for _ in range(clients.MOST_SECRETS):
        clients.new_secret(made, by=rebecca.account)
    with pytest.raises(clients.TooManySecrets):
        clients.new_secret(made, by=rebecca.account)


def test_nobody_revokes_the_secret_of_another_app(rebecca: Person) -> None:
    made, other = app(rebecca.account), app(rebecca.account)
    secret = clients.new_secret(made, by=rebecca.account)
    assert not clients.revoke_secret(other, made.secrets.get().pk, by=rebecca.account)
    assert clients.has_secret(made, secret)


def lives(client: Client) -> bool:
    tokens = AccessToken.objects.filter(application=client).exists()
    refresh = RefreshToken.objects.filter(application=client).exists()
    grants = client.data_access_grants.filter(revoked_at=None).exists()
    assert tokens == refresh == grants
    return bool(tokens)


def test_a_disabled_app_loses_its_tokens_at_once(rebecca: Person) -> None:
    made = app(rebecca.account)
    approve(made, rebecca.account)
    assert lives(made)
    clients.disable(made, by=rebecca.account)
    assert not lives(made)
    assert not made.is_usable(None)
    clients.enable(made, by=rebecca.account)
    assert made.is_usable(None)
    assert not lives(made)  # people approve it again
    assert trail()[1:] == [("client-status", "disabled"), ("client-status", "enabled")]


def test_what_an_administrator_disabled_its_developer_does_not_enable(
    rebecca: Person, dr_grey: Person
) -> None:
    made, administrator = app(rebecca.account), dr_grey.account
    administrator.is_staff = True
    clients.disable(made, by=administrator)
    assert not clients.may_enable(made, rebecca.account)
    assert clients.may_enable(made, administrator)
    clients.enable(made, by=administrator)
    clients.disable(made, by=rebecca.account)
    assert clients.may_enable(made, rebecca.account)


def test_a_change_keeps_approvals_unless_a_scope_is_taken_away(rebecca: Person) -> None:
    made = app(rebecca.account)
    approve(made, rebecca.account)
    clients.change(made, details(name="Heart diary 2"), by=rebecca.account)
    assert lives(made)
    clients.change(made, details(scopes=("patient/Observation.rs",)), by=rebecca.account)
    assert not lives(made)
    made.refresh_from_db()
    assert (made.name, made.allowed_scopes) == ("Heart diary", "patient/Observation.rs")


def test_a_change_leaves_the_secret_alone(rebecca: Person) -> None:
    made = app(rebecca.account)
    secret = clients.new_secret(made, by=rebecca.account)
    before = made.client_secret
    clients.change(made, details(name="New name"), by=rebecca.account)
    made.refresh_from_db()
    assert made.client_secret == before
    assert clients.has_secret(made, secret)


def test_a_deleted_app_is_gone_with_all_it_had_and_the_trail_stays(rebecca: Person) -> None:
    made = app(rebecca.account)
    approve(made, rebecca.account)
    clients.new_secret(made, by=rebecca.account)
    clients.delete(made, by=rebecca.account)
    assert not Client.objects.filter(kind=Client.Kind.SYMMETRIC).exists()
    assert not ClientSecret.objects.exists()
    assert not AccessToken.objects.exists()
    assert trail()[-1] == ("client-delete", "confidential-symmetric")


def test_answers_about_privacy_are_dated_when_they_change(rebecca: Person) -> None:
    made = app(rebecca.account)
    assert not made.privacy_attested_at
    clients.change(made, details(privacy_answers={"policy": True}), by=rebecca.account)
    first = made.privacy_attested_at
    assert first
    clients.change(made, details(privacy_answers={"policy": True}), by=rebecca.account)
    assert made.privacy_attested_at == first
