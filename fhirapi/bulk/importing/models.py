"""An import, its files and parts, and what waits or was rejected."""

from django.db import models
from django.db.models.functions import Now

from fhirapi.bulk.job import Job, Poll
from fhirapi.smart.models import DataAccessGrant


class Upload(models.Model):
    """A file that an app has sent here, to be named as an input."""

    client_id = models.TextField()
    data_access_grant = models.ForeignKey(
        DataAccessGrant, on_delete=models.CASCADE, related_name="uploads"
    )
    name = models.TextField(help_text="In the storage.")
    size = models.BigIntegerField(help_text="Bytes.")
    sha256 = models.TextField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(help_text="When it is deleted.")

    class Meta:
        indexes = [models.Index("client_id", name="upload_by_client")]

    def __str__(self) -> str:
        return f"upload {self.pk}"


class ImportJob(Job):
    class State(models.TextChoices):
        FETCHING = "fetching", "Fetching files"
        RUNNING = "running", "Storing"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    OPEN_STATES = (State.FETCHING, State.RUNNING)

    source = models.TextField(help_text="inputSource: where the data comes from.")

    state = models.TextField(choices=State, default=State.FETCHING)
    phase = models.IntegerField(default=-1, help_text="What is stored now (order.py).")

    class Meta:
        indexes = [
            models.Index("client_id", models.F("created_at").desc(), name="import_by_client"),
        ]

    def __str__(self) -> str:
        return f"import {self.id}"


class ImportPoll(Poll):
    job = models.OneToOneField(
        ImportJob, on_delete=models.CASCADE, primary_key=True, related_name="poll"
    )


class ImportInput(models.Model):
    """One file of an import."""

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="inputs")
    number = models.IntegerField(help_text="Its place in the request.")
    resource_type = models.TextField()
    url = models.TextField()
    size = models.BigIntegerField(default=0, help_text="Bytes, as they came.")
    fetched_at = models.DateTimeField(null=True)
    rejects_name = models.TextField(default="", help_text="In the storage.")
    rejects_size = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint("job", "number", name="import_input")]

    def __str__(self) -> str:
        return f"input {self.number} of {self.job_id}"


class ImportPart(models.Model):
    """Lines that one worker stores at a time. Done when the row says so, and only then stored."""

    input = models.ForeignKey(ImportInput, on_delete=models.CASCADE, related_name="parts")
    number = models.IntegerField(null=True, help_text="Its place in the file; null: what waited.")
    name = models.TextField(default="", help_text="In the storage.")
    first_line = models.BigIntegerField(default=0)
    lines = models.IntegerField(default=0)
    stored = models.IntegerField(default=0)
    replaced = models.IntegerField(default=0)
    unchanged = models.IntegerField(default=0)
    rejected = models.IntegerField(default=0)
    dangling = models.IntegerField(default=0, help_text="Stored, but refer to a rejected one.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("input", "number", name="import_part")]
        indexes = [
            models.Index(
                fields=["input"], condition=models.Q(finished_at=None), name="import_part_left"
            ),
        ]

    def __str__(self) -> str:
        return f"part {self.number} of input {self.input_id}"


class ImportReject(models.Model):
    input = models.ForeignKey(ImportInput, on_delete=models.CASCADE, related_name="rejects")
    line = models.BigIntegerField()
    outcome = models.TextField(help_text="An OperationOutcome.")

    class Meta:
        indexes = [models.Index("input", "line", name="import_reject_by_line")]

    def __str__(self) -> str:
        return f"line {self.line} of input {self.input_id}"


class ImportName(models.Model):
    """What an import brings, known before any of it is stored: what may be referred to."""

    pk = models.CompositePrimaryKey("job", "key")
    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, db_index=False)
    key = models.BigIntegerField(help_text="Hash of type and id.")

    def __str__(self) -> str:
        return f"{self.key} of {self.job_id}"


class ImportDebt(models.Model):
    """A stored resource, and one of the same import that it refers to and that has yet to come."""

    input = models.ForeignKey(ImportInput, on_delete=models.CASCADE, related_name="debts")
    line = models.BigIntegerField()
    name = models.TextField(help_text="Type/id")
    path = models.TextField(help_text="FHIRPath of the reference.")
    target = models.TextField(help_text="Type/id")

    class Meta:
        indexes = [models.Index("input", name="import_debt")]

    def __str__(self) -> str:
        return f"line {self.line} of input {self.input_id}"


class ImportWaiting(models.Model):
    """A resource of which it cannot be said yet whose data it is."""

    input = models.ForeignKey(ImportInput, on_delete=models.CASCADE, related_name="waiting")
    line = models.BigIntegerField()
    content = models.TextField()

    class Meta:
        indexes = [models.Index("input", name="import_waiting")]

    def __str__(self) -> str:
        return f"line {self.line} of input {self.input_id}"
