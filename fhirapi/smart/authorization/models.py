"""What authorization keeps besides approvals and codes."""

from django.db import models


class KeptRequest(models.Model):
    """An authorization request too long for the address of a sign-in page. Anybody may hold it:

    it says what an app asked, and opens nothing. Its key is unguessable and kept as a digest.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    query = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"kept request {self.pk}"
