"""An export and its parts. https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""

import uuid

from django.db import models
from django.db.models.functions import Now

from fhirapi.smart.models import DataAccessGrant


class ExportJob(models.Model):
    class Level(models.TextChoices):
        SYSTEM = "system", "Everything"
        PATIENT = "patient", "All patients"
        GROUP = "group", "A group of patients"

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.TextField(help_text="The app or AccessKeyID that asked.")
    data_access_grant = models.ForeignKey(
        DataAccessGrant, on_delete=models.CASCADE, related_name="export_jobs"
    )
    """On what it stands: without it living, nothing more is exported or handed out."""
    scope = models.TextField(help_text="Of the token that asked.")
    context_patient = models.TextField(null=True, help_text="Whom patient/ scopes are about.")
    address = models.GenericIPAddressField(null=True)

    level = models.TextField(choices=Level)
    group_id = models.TextField(null=True)
    request = models.TextField(help_text="The address that was asked, for the manifest.")
    asked = models.JSONField(default=dict, help_text="What was asked for (asked.py).")

    state = models.TextField(choices=State, default=State.QUEUED)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When its files are deleted.")
    error = models.TextField(default="")

    transaction_time = models.DateTimeField(null=True)
    snapshot = models.TextField(
        null=True, help_text="pg_snapshot: what was committed then is what is exported."
    )

    class Meta:
        indexes = [
            models.Index("client_id", models.F("created_at").desc(), name="export_by_client"),
        ]

    def __str__(self) -> str:
        return f"export {self.id}"


class ExportPoll(models.Model):
    """When a job was last asked about; beside it, so that asking is in nobody's way."""

    job = models.OneToOneField(
        ExportJob, on_delete=models.CASCADE, primary_key=True, related_name="poll"
    )
    polled_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.job_id} asked about at {self.polled_at}"


class ExportPatient(models.Model):
    """Whose records an export holds, numbered in the order of their ids."""

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="patients")
    patient_id = models.TextField()
    number = models.IntegerField()
    is_whole = models.BooleanField(
        default=False,
        db_default=False,
        help_text="The whole record is exported, whatever the export's _since.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("job", "number", include=["patient_id"], name="export_patient"),
        ]

    def __str__(self) -> str:
        return f"Patient/{self.patient_id} of {self.job_id}"


class ExportRow(models.Model):
    """Which resources an export holds of a type that is not exported as a whole."""

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="rows")
    row_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint("job", "row_id", name="export_row")]

    def __str__(self) -> str:
        return f"row {self.row_id} of {self.job_id}"


class ExportPart(models.Model):
    """What one worker does at a time; whoever comes second to finish it leaves nothing behind."""

    class Kind(models.TextChoices):
        SCAN = "scan", "A range of the table"
        PATIENTS = "patients", "Some of the patients"
        PRACTICE = "practice", "The practice's own data"
        DELETED = "deleted", "What was deleted since"

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="parts")
    kind = models.TextField(choices=Kind)
    first = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0, help_text="Row ids, or numbers of patients; both in.")
    reached = models.BigIntegerField(default=0, help_text="How far it is, for the progress.")
    count = models.BigIntegerField(default=0, help_text="Resources written.")
    referred = models.JSONField(default=list, help_text="Practice data that these refer to.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("job", name="export_part_by_job")]

    def __str__(self) -> str:
        return f"part {self.pk} of {self.job_id}"


class ExportFile(models.Model):
    class Kind(models.TextChoices):
        OUTPUT = "output", "Resources"
        DELETED = "deleted", "Deletions"
        ERROR = "error", "Errors"

    job = models.ForeignKey(ExportJob, on_delete=models.CASCADE, related_name="files")
    kind = models.TextField(choices=Kind, default=Kind.OUTPUT)
    resource_type = models.TextField()
    name = models.TextField(help_text="In the storage.")
    count = models.BigIntegerField()
    size = models.BigIntegerField(help_text="Bytes.")
    is_ready = models.BooleanField(default=False, help_text="False: to be put together yet.")
    downloads = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index("job", name="export_file_by_job")]

    def __str__(self) -> str:
        return self.name
