"""An invitation to a team, until it is accepted, withdrawn or too old."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from fhirapi.smart.models import RecordLink, TeamMember


class TeamInvitation(models.Model):
    lead = models.ForeignKey(RecordLink, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField()
    role = models.CharField(max_length=12, choices=TeamMember.Role)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    sent_at = models.DateTimeField(db_default=Now())
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "lead",
                Lower("email"),
                condition=Q(accepted_at__isnull=True),
                name="one_open_invitation_a_mailbox",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"
