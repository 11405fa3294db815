from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.partners.programs import OPEN, Program, State


class PartnerApplication(models.Model):
    """That an account asks to become a partner, from the first draft to the end of it."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="partner_applications"
    )
    program = models.CharField(max_length=20, choices=Program)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)

    organization = models.CharField(max_length=200, blank=True)
    register = models.CharField(max_length=200, blank=True, help_text="Where it is registered.")
    website = models.CharField(max_length=300, blank=True)
    address = models.TextField(blank=True)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.CharField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    security_email = models.CharField(max_length=254, blank=True)
    product_name = models.CharField(max_length=100, blank=True)
    product_description = models.TextField(blank=True)
    privacy_policy = models.CharField(max_length=300, blank=True)
    data_read = models.TextField(blank=True)
    data_written = models.TextField(blank=True, help_text="API Distribution only.")
    purpose = models.TextField(blank=True)
    hosting = models.TextField(blank=True)

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True, help_text="Promised; the day counts in full.")
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When more was asked; empty once it is answered."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account", "program", condition=Q(state__in=OPEN), name="one_open_application"
            )
        ]
        indexes = [
            models.Index(
                "due_on", "id", name="application_by_due", condition=Q(due_on__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"partner application {self.pk}"


class PartnerEvent(models.Model):
    """One step of an application. Append-only: a database trigger refuses UPDATE and DELETE."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted"
        TERMS = "terms-accepted"
        CHANGED = "changed"
        CHECK_BEGUN = "check-begun"
        ASKED = "asked"
        ANSWERED = "answered"
        VERIFIED = "verified"
        APPROVED = "approved"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        ENDED = "ended"

    application = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, related_name="events"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    note = models.TextField(blank=True, help_text="The reason; the applicant reads it.")
    unmet = ArrayField(
        models.CharField(max_length=20), default=list, help_text="Checks that were not passed."
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class PartnerMessage(models.Model):
    application = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, related_name="messages"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_from_partner = models.BooleanField()
    text = models.TextField()
    sent_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True, help_text="By the other side.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"message {self.pk}"


class TermsAcceptance(models.Model):
    """Who accepted which text. Append-only, as the events are."""

    application = models.ForeignKey(
        PartnerApplication, on_delete=models.PROTECT, related_name="acceptances"
    )
    version = models.CharField(max_length=10)
    language = models.CharField(max_length=7)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the text that was shown.")
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    accepted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"terms {self.version} of application {self.application_id}"
