"""Apps that registered themselves and nobody used are deleted after 90 days, no others."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import Client, DataAccessGrant
from tests import people

pytestmark = pytest.mark.django_db
DETAILS = Details(
    kind=Client.Kind.PUBLIC,
    name="Forgotten",
    redirect_uris=("https://app.example.com/callback",),
    scopes=("patient/*.rs",),
)


def registered(days: int, source: str = Client.RegistrationSource.DCR) -> Client:
    made = clients.register(DETAILS, owner=None, source=source)
    before = timezone.now() - timedelta(days=days)
    Client.objects.filter(pk=made.pk).update(created=before, updated=before)
    return made


def left() -> list[Client]:
    call_command("clear_expired", verbosity=0)
    return list(clients.apps())


def test_after_90_days_it_goes_with_an_audit_record() -> None:
    gone = registered(91)
    assert left() == []
    assert AuditRecord.objects.get(action="client-delete").client_id == gone.client_id


def test_before_it_stays() -> None:
    made = registered(89)
    assert left() == [made]


def test_one_that_its_developer_registered_in_the_portal_stays() -> None:
    made = registered(91, Client.RegistrationSource.MANUAL)
    assert left() == [made]


def test_one_that_somebody_ever_approved_stays() -> None:
    made = registered(91)
    account = people.account("one", "On", "E")
    DataAccessGrant.objects.create(account=account, client=made, revoked_at=timezone.now())
    assert left() == [made]


def test_one_that_its_developer_changed_lately_stays() -> None:
    made = registered(91)
    Client.objects.filter(pk=made.pk).update(updated=timezone.now())
    assert left() == [made]
