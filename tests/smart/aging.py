"""Signing keys as they are after a while: time is in their rows, so the rows are moved."""

from datetime import timedelta

from django.db.models import F

from fhirapi.smart.tokens import key_ring
from fhirapi.smart.tokens.models import SigningKey


def pass_time(**length: int) -> None:
    """As if every key had been made so much earlier; this process reads them anew."""
    earlier = timedelta(**length)
    SigningKey.objects.update(made_at=F("made_at") - earlier, signs_from=F("signs_from") - earlier)
    key_ring.forget()
