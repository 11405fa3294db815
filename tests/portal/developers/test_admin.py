"""Administrators and apps: they look, change by the same rules, disable and enable."""

from typing import Any

import pytest
from django.test import Client

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessToken
from fhirapi.smart.models import Client as App
from fhirapi.store.load import load
from tests import people
from tests.people import Person
from tests.portal.accounts.conftest import signed_in
from tests.portal.ui.browser import text
from tests.smart.apps import CALLBACK, app, approve

APPS = "/admin/fhirapi/client/"


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(people.account("root", "Ro", "Ot", is_staff=True, is_superuser=True))


@pytest.fixture
def made(rebecca: Person) -> App:
    return app(rebecca.account)


def act(admin: Client, action: str, *chosen: App) -> str:
    entered = {"action": action, "_selected_action": [each.pk for each in chosen]}
    return text(admin.post(APPS, entered, follow=True))


def change(admin: Client, made: App, **changes: str) -> Any:
    form = {"name": made.name, "description": "", "redirect_uris": made.redirect_uris,
            "allowed_scopes": made.allowed_scopes, **changes}  # fmt: skip
    return admin.post(f"{APPS}{made.pk}/change/", form)


def test_the_list_shows_kind_owner_grants_and_status(
    admin: Client, made: App, rebecca: Person
) -> None:
    approve(made, rebecca.account)
    app(rebecca.account, App.Kind.BACKEND)
    page = text(admin.get(APPS))
    assert "Confidential, with a client secret" in page
    assert str(rebecca.account) in page
    assert '<td class="field-live_grants">1</td>' in page
    assert "Waiting for approval" in page


def test_no_secret_and_no_digest_is_on_its_page(admin: Client, made: App) -> None:
    secret = clients.new_secret(made, by=None)
    page = text(admin.get(f"{APPS}{made.pk}/change/"))
    assert made.client_id in page
    for hidden in (secret, made.secrets.get().digest, made.client_secret):
        assert hidden not in page


def test_a_disabled_app_is_out_at_once(admin: Client, made: App, rebecca: Person) -> None:
    approve(made, rebecca.account)
    assert "The chosen apps are disabled" in act(admin, "disable", made)
    made.refresh_from_db()
    assert not clients.may_enable(made, rebecca.account)
    assert not AccessToken.objects.filter(application=made).exists()
    act(admin, "enable", made)
    made.refresh_from_db()
    assert made.disabled_at is None
    trail = AuditRecord.objects.filter(action="client-status").order_by("pk")
    assert list(trail.values_list("detail", flat=True)) == ["disabled", "enabled"]


@pytest.fixture
def service(rebecca: Person) -> App:
    load([
        {"resourceType": "Organization", "id": "practice", "name": "Demo Practice"},
        {"resourceType": "Location", "id": "rooms", "name": "Rooms", "status": "active",
         "managingOrganization": {"reference": "Organization/practice"}},
    ])  # fmt: skip
    return app(rebecca.account, App.Kind.BACKEND)


def test_a_backend_service_is_approved_and_its_approval_withdrawn(
    admin: Client, service: App
) -> None:
    assert "approved for every record: 1." in act(admin, "approve", service)
    grant = service.data_access_grants.get(revoked_at=None)
    assert (grant.scope, grant.patient_ids) == ("system/*.rs", None)
    assert "no longer approved: 1." in act(admin, "withdraw", service)
    assert not service.data_access_grants.filter(revoked_at=None).exists()
    assert not grant.account.record_links.filter(revoked_at=None).exists()


def test_the_approval_of_a_backend_service_ends_with_the_app(
    admin: Client, service: App, rebecca: Person
) -> None:
    act(admin, "approve", service)
    account = service.data_access_grants.get().account
    clients.delete(service, by=rebecca.account)
    assert not account.record_links.filter(revoked_at=None).exists()
    account.refresh_from_db()
    assert not account.is_active


def test_nothing_is_approved_where_there_is_no_practice(admin: Client, rebecca: Person) -> None:
    service = app(rebecca.account, App.Kind.BACKEND)
    assert "Load the practice" in act(admin, "approve", service)
    assert not service.data_access_grants.exists()


def test_other_apps_and_disabled_ones_are_not_approved(
    admin: Client, made: App, service: App, rebecca: Person
) -> None:
    clients.disable(service, by=rebecca.account)
    assert "approved for every record: 0." in act(admin, "approve", made, service)
    assert not made.data_access_grants.exists()
    assert not service.data_access_grants.exists()


def test_access_keys_are_not_disabled_as_apps(admin: Client, rebecca: Person) -> None:
    client = rebecca.key.data_access_grant.client
    act(admin, "disable", client)
    client.refresh_from_db()
    assert client.disabled_at is None
    page = text(admin.get(f"{APPS}{client.pk}/change/"))
    assert 'name="redirect_uris"' not in page


def test_a_change_by_the_rules_is_saved_and_in_the_trail(admin: Client, made: App) -> None:
    before = made.client_secret
    response = change(admin, made, name="Pulse", may_introspect="on")
    assert response.status_code == 302
    made.refresh_from_db()
    assert (made.name, made.may_introspect) == ("Pulse", True)
    assert made.client_secret == before
    changes = AuditRecord.objects.filter(action="client-change", client_id=made.client_id)
    assert [each.detail for each in changes.order_by("id")] == ["details changed", "may introspect"]


def test_a_native_apps_own_scheme_may_stay(admin: Client, rebecca: Person) -> None:
    made = app(rebecca.account, App.Kind.PUBLIC, redirect_uris=("com.example.app:/cb",))
    assert change(admin, made, name="Pulse").status_code == 302


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": f"{CALLBACK} http://evil.example/"},
        {"redirect_uris": ""},
        {"allowed_scopes": "system/*.rs"},
        {"name": ""},
    ],
)
def test_what_breaks_the_rules_is_not_saved(
    admin: Client, made: App, changes: dict[str, str]
) -> None:
    assert "errornote" in text(change(admin, made, **changes))
    before = vars(made).copy()
    made.refresh_from_db()
    assert (before["redirect_uris"], before["updated"]) == (made.redirect_uris, made.updated)


def test_a_scope_taken_away_ends_what_was_approved(
    admin: Client, made: App, rebecca: Person
) -> None:
    approve(made, rebecca.account)
    change(admin, made, allowed_scopes="patient/Observation.rs")
    assert not AccessToken.objects.filter(application=made).exists()


def test_an_app_and_an_access_key_get_another_rate(
    admin: Client, made: App, rebecca: Person
) -> None:
    key = rebecca.key.data_access_grant.client
    assert change(admin, made, requests_a_minute="1200").status_code == 302
    assert admin.post(f"{APPS}{key.pk}/change/", {"requests_a_minute": "60"}).status_code == 302
    rates = App.objects.filter(pk__in=[made.pk, key.pk]).order_by("requests_a_minute")
    assert [each.requests_a_minute for each in rates] == [60, 1200]
    trail = AuditRecord.objects.filter(detail__startswith="requests a minute")
    assert set(trail.values_list("client_id", flat=True)) == {made.client_id, key.client_id}
    change(admin, made)
    made.refresh_from_db()
    assert made.requests_a_minute is None


def test_a_rate_is_a_number(admin: Client, made: App) -> None:
    page = change(admin, made, requests_a_minute="-1")
    assert page.context["adminform"].form.errors["requests_a_minute"]
    made.refresh_from_db()
    assert made.requests_a_minute is None


def test_nothing_else_of_an_access_key_is_changed_here(admin: Client, rebecca: Person) -> None:
    key = rebecca.key.data_access_grant.client
    before = key.allowed_scopes
    entered = {"requests_a_minute": "", "name": "Mine", "allowed_scopes": "user/*.cruds"}
    admin.post(f"{APPS}{key.pk}/change/", entered)
    key.refresh_from_db()
    assert (key.allowed_scopes, key.name == "Mine") == (before, False)
