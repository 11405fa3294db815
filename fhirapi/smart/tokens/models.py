"""The keys that sign our tokens, as they are stored."""

from django.db import models
from django.db.models.functions import Now


class SigningKey(models.Model):
    """It signs from one moment on, until a newer one does: ``key_ring.py``."""

    private_encrypted = models.TextField(editable=False, help_text="RSA, PEM.")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    signs_from = models.DateTimeField()
    ends_older = models.BooleanField(
        default=False, help_text="What older keys have signed is refused from then on."
    )

    def __str__(self) -> str:
        return f"signing key {self.pk}"
