"""EHR launch: an app opened from a patient's page learns from ``launch`` what was open there.

https://hl7.org/fhir/smart-app-launch/app-launch.html#launch-app-ehr-launch
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db.models import Q, QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart import secrets
from fhirapi.smart.models import Client, LaunchContext
from fhirapi.smart.people import patients

VALID = timedelta(minutes=5)


def apps(account: AbstractUser) -> QuerySet[Client]:
    """Apps that the account can open from a patient's page.

    Those of the practice, and the account's own to try out. Whoever signs up here can register an
    app under any name, and an app can register itself: the page would vouch for what nobody knows.
    """
    is_of_practice = Q(user=None) | Q(user__is_staff=True, user__is_active=True)
    found: QuerySet[Client] = Client.objects.filter(
        is_of_practice | Q(user_id=account.pk),
        disabled_at=None,
        allowed_scopes__regex=r"(^|\s)launch(\s|$)",
    )
    found = found.exclude(registration_source=Client.RegistrationSource.DCR)
    return found.exclude(launch_uri="").order_by("name", "id")


def address(
    account: AbstractUser,
    client: Client,
    patient_id: str,
    encounter_id: str | None,
    *,
    ip_address: str | None,
) -> str:
    """Where the app is opened, with a new ``launch``. The caller has shown that page before."""
    context: dict[str, Any] = {"patient": patient_id, "need_patient_banner": False}
    if encounter_id:
        context["encounter"] = encounter_id
    launch = secrets.new_secret()
    LaunchContext.objects.create(
        digest=secrets.digest(launch),
        account_id=account.pk,
        client=client,
        context=context,
        expires_at=timezone.now() + VALID,
    )
    record(
        AuditRecord.Action.LAUNCH,
        account_id=account.pk,
        client_id=client.client_id,
        patient_ids=[patient_id],
        address=ip_address,
    )
    query = urlencode({"iss": settings.FHIR_BASE_URL, "launch": launch})
    glue = "&" if urlsplit(client.launch_uri).query else "?"
    return f"{client.launch_uri}{glue}{query}"


def look(launch: str, account: AbstractUser, client: Client) -> dict[str, Any] | None:
    """Its context; None if it is unknown, used, expired, or somebody else's."""
    found = _live(launch, account, client).first()
    if found is None or not patients.may_see(account, [found.context["patient"]]):
        return None
    context: dict[str, Any] = found.context
    return context


def take(launch: str, account: AbstractUser, client: Client) -> bool:
    """Uses it up; False if somebody was faster."""
    return _live(launch, account, client).update(used_at=timezone.now()) == 1


def _live(launch: str, account: AbstractUser, client: Client) -> QuerySet[LaunchContext]:
    return LaunchContext.objects.filter(
        digest__in=secrets.digests(launch),
        account_id=account.pk,
        client=client,
        used_at=None,
        expires_at__gt=timezone.now(),
    )
