"""An export and its parts. https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""

from django.db import models

from fhirapi.bulk.job import Job, Poll


class ExportJob(Job):
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

    OPEN_STATES = (State.QUEUED, State.RUNNING)

    level = models.TextField(choices=Level)
    group_id = models.TextField(null=True)
    asked = models.JSONField(default=dict, help_text="What was asked for (asked.py).")

    state = models.TextField(choices=State, default=State.QUEUED)
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


class ExportPoll(Poll):
    job = models.OneToOneField(
        ExportJob, on_delete=models.CASCADE, primary_key=True, related_name="poll"
    )


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
    view = models.TextField(
        default="", help_text="Whose rows it holds (docs/analytics.md); empty: resources."
    )
    name = models.TextField(help_text="In the storage.")
    count = models.BigIntegerField()
    size = models.BigIntegerField(help_text="Bytes.")
    is_ready = models.BooleanField(default=False, help_text="False: to be put together yet.")
    downloads = models.IntegerField(default=0)

    class Meta:
        indexes = [models.Index("job", name="export_file_by_job")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_table(self) -> bool:
        """Parquet, instead of lines of JSON."""
        return self.name.endswith(".parquet")

    @property
    def file_name(self) -> str:
        """Under which it is handed out."""
        return f"{self.view or self.resource_type}.{'parquet' if self.is_table else 'ndjson'}"
