"""What the operations desk keeps: runs of jobs, decisions, announcements, failures, counts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Desk(models.Model):
    """No table: what may be done at the desk beyond looking at and changing rows."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("see_operations", "Can see plots and health of the installation"),
            ("review_app", "Can review apps"),
            ("approve_service", "Can approve backend services"),
            ("export_audit", "Can download the audit trail"),
            ("run_job", "Can run jobs"),
        ]

    def __str__(self) -> str:
        return "desk"


class JobRun(models.Model):
    """One time that a job ran."""

    class Outcome(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    job = models.CharField(max_length=40)
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.RUNNING)
    detail = models.TextField(blank=True, help_text="What came of it; nothing personal.")

    class Meta:
        indexes = [models.Index("job", models.F("id").desc(), name="run_by_job")]

    def __str__(self) -> str:
        return f"{self.job} {self.pk}"


class Declined(models.Model):
    """That an account was looked at and not let in for a service. Deleted when it is taken back."""

    class Service(models.TextChoices):
        PATIENT = "patient", "Patient's record"
        PROVIDER = "provider", "Provider"

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="declined"
    )
    service = models.CharField(max_length=10, choices=Service)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    declined_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint("account", "service", name="declined_once_a_service")
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} declined as {self.service}"


class Announcement(models.Model):
    """A sentence on top of the pages, from one moment to another."""

    class Level(models.TextChoices):
        INFO = "info", "News"
        WARNING = "warning", "Warning"
        ERROR = "error", "Something is broken"

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", "Everybody"
        SIGNED_IN = "signed-in", "Those who have signed in"

    text_en = models.CharField("text in English", max_length=300)
    text_es = models.CharField(
        "text in Spanish", max_length=300, blank=True, help_text="Left out: the English one."
    )
    level = models.CharField(max_length=10, choices=Level, default=Level.INFO)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYBODY)
    begins_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("to")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("begins_at")),
                name="announcement_ends_after_it_begins",
                violation_error_message="It must end after it begins.",
            )
        ]
        indexes = [models.Index("ends_at", name="announcement_by_end")]

    def __str__(self) -> str:
        return self.text_en


class LetterFailure(models.Model):
    """That the mail server did not take a letter. To whom is not kept."""

    letter = models.CharField(max_length=40)
    reason = models.CharField(max_length=60)
    failed_at = models.DateTimeField(db_default=Now(), db_index=True, editable=False)

    def __str__(self) -> str:
        return f"{self.letter} not sent"


class ActivityTally(models.Model):
    """How often something happened on a day: the audit trail, counted once (tally.py)."""

    day = models.DateField()
    action = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10)
    amount = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("day", "action", "outcome", name="one_tally_a_day_and_deed")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.action} {self.outcome}"


class TallyMark(models.Model):
    """Up to which audit record it has been counted; one row."""

    last_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last_id)
