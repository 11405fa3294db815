"""Deletes what has run out of the tables that every authorization writes to."""

from django.core.management import call_command
from django.utils import timezone

from fhirapi.smart.authorization.models import KeptRequest
from fhirapi.smart.models import LaunchContext, SpentAssertion
from fhirapi.smart.tokens import rotation


def forget_expired() -> None:
    """Tokens and codes by the toolkit, which keeps used refresh tokens as long as reuse matters."""
    call_command("cleartokens", verbosity=0)
    now = timezone.now()
    # An assertion that has expired is refused for that; who used it need not be known any more.
    SpentAssertion.objects.filter(expires_at__lt=now).delete()
    LaunchContext.objects.filter(expires_at__lt=now).delete()
    KeptRequest.objects.filter(expires_at__lt=now).delete()
    rotation.forget_ended()
