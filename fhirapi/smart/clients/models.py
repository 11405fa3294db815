"""What belongs to an app and its registration, and decides nothing about access."""

from django.db import models
from django.db.models.functions import Now

from fhirapi.smart.models import Client


class ClientLogo(models.Model):
    """A picture that an app's developer uploaded, as we have drawn it anew (clients/logo.py)."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="logo")
    content = models.BinaryField(help_text="PNG.")
    digest = models.CharField(max_length=64, help_text="Part of its address: it never changes.")

    def __str__(self) -> str:
        return f"logo of client {self.client_id}"


class SelfRegistration(models.Model):
    """That an address registered an app by itself: counted for an hour."""

    address = models.GenericIPAddressField(null=True, db_index=True)
    made_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"registration {self.pk}"
