"""The log's rows, and the counts that stay when they are gone."""

from datetime import timedelta

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils import timezone

KEPT = timedelta(days=30)


class RequestRecord(models.Model):
    """A request that an app has sent; without ids, values and addresses of people."""

    at = models.DateTimeField()
    # Without a foreign key: rows are written in thousands, and leave by their age.
    client_id = models.TextField()
    route = models.TextField(help_text="Method, pattern of the path, names of parameters.")
    status = models.SmallIntegerField()
    ms = models.FloatField(help_text="How long we took, in milliseconds.")
    error = models.TextField(null=True, help_text="A code that the portal has a remedy for.")

    class Meta:
        indexes = [
            models.Index(
                "client_id", models.F("at").desc(), models.F("id").desc(), name="requests_by_client"
            ),
            BrinIndex(fields=["at"], name="requests_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.route} {self.status}"


class RequestDay(models.Model):
    """How often an app asked something on a day, at a speed, with an error or none: rollup.py."""

    client_id = models.TextField()
    day = models.DateField(help_text="Of the practice.")
    route = models.TextField()
    error = models.TextField(blank=True)
    speed = models.SmallIntegerField(help_text="A step of the scale of rollup.py.")
    requests = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "client_id", "day", "route", "error", "speed", name="counted_once_a_day"
            ),
        ]
        indexes = [models.Index("day", name="requests_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.route} {self.requests}"


def forget_old() -> None:
    RequestRecord.objects.filter(at__lt=timezone.now() - KEPT).delete()
