"""A new email address that is under way."""

from django.db import models
from django.db.models.functions import Now

from portal.accounts.models import Account


class EmailChange(models.Model):
    """Asked for; done once the new mailbox answers; undone by the letter in the old one."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="email_changes")
    old_email = models.EmailField(blank=True)
    new_email = models.EmailField()
    confirm_digest = models.CharField(max_length=64, unique=True, editable=False)
    undo_digest = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"new email address of account {self.account_id}"
