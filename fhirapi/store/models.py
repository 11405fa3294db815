"""The tables of the store (DESIGN.md section 3).

Two rows for a current resource: ``Content`` holds the exact JSON and will carry the row-level
policy, ``SearchRow`` holds only hashes and dates so that its GIN indexes stay usable beside such
a policy. ``Version`` keeps what a later version replaced. Everything but ``Content`` and
``Version`` is derived from the declarations and can be made anew.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.expressions import RawSQL


class Content(models.Model):
    resource_type = models.TextField()
    resource_id = models.TextField()
    patient_id = models.TextField(null=True, help_text="Compartment; null: no patient's data.")
    version_id = models.IntegerField()
    last_updated = models.DateTimeField()
    is_deleted = models.BooleanField(default=False)
    content = models.TextField(help_text="The resource as JSON, byte for byte as it is answered.")
    method = models.TextField(
        null=True, help_text="Of the request that made the version; null: it was loaded."
    )
    written_in = models.BigIntegerField(
        null=True,
        db_default=RawSQL("pg_current_xact_id()::text::bigint", []),
        help_text="The transaction that wrote it: the order of the change feed. None: before it.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("resource_type", "resource_id", name="content_identity"),
        ]
        indexes = [
            # The others are found by their search row; a deleted resource has none.
            models.Index(
                "patient_id",
                "resource_type",
                condition=models.Q(is_deleted=True),
                name="content_deleted",
            ),
            models.Index(
                "written_in",
                "id",
                condition=models.Q(written_in__isnull=False),
                name="content_by_change",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.resource_id}"


class SearchRow(models.Model):
    id = models.BigIntegerField(primary_key=True, help_text="The id of its Content row.")
    resource_type = models.TextField()
    resource_id = models.TextField()
    patient_id = models.TextField(null=True)
    last_updated = models.DateTimeField()
    clinical_date = models.DateTimeField(
        null=True, help_text="Start of the type's clinical date, the order of its search results."
    )
    clinical_end = models.DateTimeField(
        null=True, help_text="The first instant that this date no longer means."
    )
    tokens = ArrayField(models.BigIntegerField(), help_text="Keys with few distinct values.")
    refs = ArrayField(models.BigIntegerField(), help_text="Keys that are nearly unique.")

    class Meta:
        indexes = [
            models.Index(
                "patient_id",
                "resource_type",
                models.F("clinical_date").desc(),
                "id",
                name="search_by_patient",
            ),
            models.Index("resource_type", "resource_id", name="search_by_id"),
            GinIndex(fields=["tokens"], name="search_tokens", fastupdate=False),
            GinIndex(fields=["refs"], name="search_refs", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.resource_id}"


class SearchString(models.Model):
    """Names and addresses, folded (case, accents) for starts-with search."""

    row_id = models.BigIntegerField()
    key = models.BigIntegerField(help_text="Hash of resource type and parameter.")
    # The C collation lets the B-tree serve LIKE 'abc%' on any server.
    value = models.TextField(db_collation="C")

    class Meta:
        indexes = [
            models.Index("row_id", name="string_by_row"),
            models.Index("key", "value", name="string_by_value"),
        ]

    def __str__(self) -> str:
        return f"string of row {self.row_id}"


class SearchDate(models.Model):
    """Every date parameter as the half-open range of instants its value means."""

    row_id = models.BigIntegerField()
    key = models.BigIntegerField(help_text="Hash of resource type and parameter.")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index("row_id", name="date_by_row"),
            models.Index("key", "start", name="date_by_start"),
        ]

    def __str__(self) -> str:
        return f"date of row {self.row_id}"


class SearchQuantity(models.Model):
    """Every number and quantity as the span that it means; the same two ends for a plain one."""

    row_id = models.BigIntegerField()
    key = models.BigIntegerField(help_text="Hash of resource type and parameter.")
    low = models.FloatField()
    high = models.FloatField()
    units = ArrayField(models.BigIntegerField(), help_text="Hashes of the unit's forms.")

    class Meta:
        indexes = [
            models.Index("row_id", name="quantity_by_row"),
            models.Index("key", "low", name="quantity_by_low"),
        ]

    def __str__(self) -> str:
        return f"quantity of row {self.row_id}"


class SearchLink(models.Model):
    """What a resource refers to, its own patient aside (a column): for chains and includes, and
    so that it is not deleted.
    """

    row_id = models.BigIntegerField()
    key = models.BigIntegerField(help_text="Hash of resource type and parameter.")
    target_type = models.TextField()
    target_id = models.TextField()

    class Meta:
        indexes = [
            models.Index("row_id", name="link_by_row"),
            models.Index("target_id", "target_type", "key", name="link_by_target"),
        ]

    def __str__(self) -> str:
        return f"row {self.row_id} refers to {self.target_type}/{self.target_id}"


class CareRelationship(models.Model):
    """Which practitioner cares for which patient; derived from Patient.generalPractitioner."""

    row_id = models.BigIntegerField(help_text="The Patient's Content row.")
    practitioner_id = models.TextField()
    patient_id = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint("practitioner_id", "patient_id", name="care_relationship"),
        ]
        indexes = [
            models.Index("row_id", name="care_by_row"),
            # For a search that names a patient: without it every practitioner is gone through.
            models.Index("patient_id", name="care_by_patient"),
        ]

    def __str__(self) -> str:
        return f"Practitioner/{self.practitioner_id} cares for Patient/{self.patient_id}"


class PatientLine(models.Model):
    """A patient as lists and pickers show one; derived from Patient, so that none parses JSON."""

    row_id = models.BigIntegerField(primary_key=True, help_text="The Patient's Content row.")
    patient_id = models.TextField(unique=True)
    name = models.TextField()
    order = models.TextField(db_collation="C", help_text="Folded family name, then given name.")
    mrn = models.TextField()
    birth_date = models.TextField(help_text="As the record has it; may be a year only.")
    gender = models.TextField()
    words = ArrayField(
        models.TextField(), help_text="Folded names, identifiers and birth date: what finds it."
    )

    def __str__(self) -> str:
        return f"Patient/{self.patient_id}"


class IndexState(models.Model):
    """By which declaration the rows of a type were made (store/index_state.py)."""

    resource_type = models.TextField(primary_key=True)
    fingerprint = models.TextField()

    def __str__(self) -> str:
        return self.resource_type


class Version(models.Model):
    """A version that a later one replaced; append-only."""

    resource_type = models.TextField()
    resource_id = models.TextField()
    patient_id = models.TextField(null=True)
    version_id = models.IntegerField()
    last_updated = models.DateTimeField()
    is_deleted = models.BooleanField(default=False)
    content = models.TextField()
    method = models.TextField(null=True)
    written_in = models.BigIntegerField(null=True, help_text="As its Content row had it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "resource_type", "resource_id", "version_id", name="version_identity"
            ),
        ]
        indexes = [
            models.Index("patient_id", "resource_type", name="version_by_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.resource_type}/{self.resource_id}/_history/{self.version_id}"
