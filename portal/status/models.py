"""What was measured, and what people wrote about it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from portal.status.components import Component, State


class ComponentState(models.Model):
    """What was measured last; a row for each component."""

    component = models.CharField(max_length=20, choices=Component, primary_key=True)
    state = models.CharField(max_length=30, choices=State)
    since = models.DateTimeField()
    measured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.component} {self.state}"


class ComponentDay(models.Model):
    """How many minutes of a day (UTC) a component was found in each state.

    A minute in which nothing was measured counts nowhere.
    """

    component = models.CharField(max_length=20, choices=Component)
    day = models.DateField()
    operational = models.PositiveSmallIntegerField(default=0)
    degraded = models.PositiveSmallIntegerField(default=0)
    down = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint("component", "day", name="one_row_a_component_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.day}"


class Incident(models.Model):
    """Something that is or was broken, or maintenance that is planned."""

    class Kind(models.TextChoices):
        INCIDENT = "incident", "Incident"
        MAINTENANCE = "maintenance", "Planned maintenance"

    class Impact(models.TextChoices):
        NONE = "none", "None"
        MINOR = "minor", "Minor"
        MAJOR = "major", "Major"
        CRITICAL = "critical", "Critical"

    kind = models.CharField(max_length=15, choices=Kind, default=Kind.INCIDENT)
    title_en = models.CharField("title in English", max_length=200)
    title_es = models.CharField(
        "title in Spanish", max_length=200, blank=True, help_text="Left out: the English one."
    )
    impact = models.CharField(max_length=10, choices=Impact, default=Impact.MINOR)
    components = ArrayField(
        models.CharField(max_length=20, choices=Component), verbose_name="affected components"
    )
    begins_at = models.DateTimeField("began, or begins, at", default=timezone.now)
    ends_at = models.DateTimeField(
        "planned end", null=True, blank=True, help_text="Of maintenance only."
    )
    resolved_at = models.DateTimeField(
        "resolved at", null=True, blank=True, help_text="Empty: it is not over."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="incident", ends_at=None)
                | Q(
                    kind="maintenance",
                    ends_at__isnull=False,  # a comparison with nothing holds for PostgreSQL
                    ends_at__gt=models.F("begins_at"),
                ),
                name="maintenance_has_a_planned_end",
                violation_error_message="Maintenance, and nothing else, has a planned end, which "
                "comes after its beginning.",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(resolved_at__gte=models.F("begins_at")),
                name="incident_ends_after_it_begins",
                violation_error_message="It cannot be over before it began.",
            ),
        ]
        indexes = [models.Index(models.F("begins_at").desc(), name="incident_by_begin")]

    def __str__(self) -> str:
        return self.title_en


class IncidentUpdate(models.Model):
    """What was told about an incident at one moment; never changed, only added to."""

    class Stage(models.TextChoices):
        INVESTIGATING = "investigating", "Investigating"
        IDENTIFIED = "identified", "Identified"
        MONITORING = "monitoring", "Monitoring"
        RESOLVED = "resolved", "Resolved"
        SCHEDULED = "scheduled", "Scheduled"
        IN_PROGRESS = "in_progress", "In progress"
        COMPLETED = "completed", "Completed"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="updates")
    stage = models.CharField(max_length=15, choices=Stage)
    text_en = models.TextField("text in English", max_length=2000)
    text_es = models.TextField(
        "text in Spanish", max_length=2000, blank=True, help_text="Left out: the English one."
    )
    told_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.stage}"
