"""Apps that registered themselves and that nobody ever used. RFC 7591 section 5 leaves it to us."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client, DataAccessGrant

KEPT = timedelta(days=90)


def unused() -> QuerySet[Client]:
    """Nobody ever approved one, and its developer has not touched it either.

    Those that were sent to review, and backend services that somebody may yet approve, stay
    no longer than others: they are as easily registered anew.
    """
    granted = DataAccessGrant.objects.filter(client=OuterRef("pk"))
    before = timezone.now() - KEPT
    found: QuerySet[Client] = Client.objects.filter(
        ~Exists(granted),
        registration_source=Client.RegistrationSource.DCR,
        created__lt=before,
        updated__lt=before,
    )
    return found


def delete_unused() -> int:
    """One by one, each with its audit record."""
    found = list(unused())
    for client in found:
        clients.delete(client, by=None)
    return len(found)
