"""What people are told about their sessions; Django's own table holds the sessions."""

from django.contrib.sessions.models import Session
from django.db import models

from portal.accounts.models import Account


class SignedIn(models.Model):
    """A session that somebody has opened. It goes when Django's session goes."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sessions")
    since = models.DateTimeField()
    last_seen = models.DateTimeField(help_text="To the minute: not every request is written.")
    device = models.CharField(max_length=60, help_text="Browser and system, in words.")
    network = models.CharField(max_length=40, blank=True, help_text="The address, shortened.")

    def __str__(self) -> str:
        return f"session {self.pk} of account {self.account_id}"
