"""The log's one table."""

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


def forget_old() -> None:
    RequestRecord.objects.filter(at__lt=timezone.now() - KEPT).delete()
