"""How many apps one address may register by itself in an hour."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from fhirapi.limits.network import network_of
from fhirapi.smart.clients.models import SelfRegistration

WINDOW = timedelta(hours=1)


class TooManyRegistrations(Exception):
    """This address has registered as many apps as it may for now."""


def count(address: str | None) -> None:
    """Within a transaction. Raises TooManyRegistrations."""
    address = network_of(address)
    with connection.cursor() as cursor:
        # One registration of an address after the other, so that none slips through beside another.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"register {address}"])
    forget_old()
    before = SelfRegistration.objects.filter(address=address).count()
    if before >= settings.REGISTRATIONS_AN_HOUR:
        raise TooManyRegistrations
    SelfRegistration.objects.create(address=address)


def forget_old() -> None:
    SelfRegistration.objects.filter(made_at__lt=timezone.now() - WINDOW).delete()
