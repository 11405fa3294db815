"""The audit trail: who touched what, on whose behalf, when, from where, with what outcome.

Append-only: a database trigger refuses UPDATE and DELETE, and what gets past it is found: each
record has a mac, and seals hold which records there were (docs/decisions/0032). Holds ids and query
shapes, never the values a person searched for.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models.functions import Now


def actions() -> list[tuple[str, str]]:
    """Of ``AuditRecord.Action``; by name in its migration, so that a new one needs none."""
    return AuditRecord.Action.choices


class AuditRecord(models.Model):
    class Action(models.TextChoices):
        READ = "read", "Read"
        SEARCH = "search", "Search"
        CREATE = "create", "Created"
        UPDATE = "update", "Changed"
        DELETE = "delete", "Deleted"
        SERVICE = "service", "Service description"
        TOKEN = "token", "Token issued"
        REFRESH = "refresh", "Token refreshed"
        REVOKE = "revoke", "Token revoked"
        KEY_CREATE = "key-create", "Access key created"
        KEY_CHANGE = "key-change", "Access key changed"
        KEY_REVEAL = "key-reveal", "Secret shown"
        KEY_ROTATE = "key-rotate", "Access key rotated"
        PATIENT_SEARCH = "patient-search", "Patient listed in the portal"
        SIGN_IN = "sign-in", "Signed in"
        SIGN_OUT = "sign-out", "Signed out"
        REGISTER = "register", "Registered"
        RECOVER = "recover", "Password or PIN reset"
        LINK = "link", "Account linked to record"
        APPROVE = "approve", "Account approved"
        CONSENT = "consent", "Access of an app approved"
        CONSENT_END = "consent-end", "Access of an app ended"
        LAUNCH = "launch", "App opened from a patient's page"
        CLIENT_REGISTER = "client-register", "App registered"
        CLIENT_CHANGE = "client-change", "App changed"
        CLIENT_SECRET = "client-secret", "Secret of an app changed"
        CLIENT_STATUS = "client-status", "App disabled or enabled"
        CLIENT_DELETE = "client-delete", "App deleted"
        CLIENT_REVIEW = "client-review", "App reviewed"
        PARTNER = "partner", "Partner program"
        EXPORT = "export", "Record downloaded"
        BULK_EXPORT = "bulk-export", "Records exported"
        BULK_IMPORT = "bulk-import", "Records imported"
        AUDIT_EXPORT = "audit-export", "Activity downloaded"
        ACCOUNT_CHANGE = "account-change", "Account changed"
        ACCOUNT_CLOSE = "account-close", "Account closed"
        FACTOR = "factor", "Second factor added or removed"
        SESSION_END = "session-end", "Session ended"
        TEAM = "team", "Team changed"
        INTROSPECT = "introspect", "Token looked into"
        OPERATION = "operation", "Operation by an administrator"

    class Outcome(models.TextChoices):
        SUCCESS = "success", "Success"
        DENIED = "denied", "Denied"

    recorded = models.DateTimeField(db_default=Now(), editable=False)
    action = models.CharField(max_length=20, choices=actions)
    outcome = models.CharField(max_length=10, choices=Outcome)
    # Ids without foreign keys: the trail outlives what it speaks of.
    account_id = models.BigIntegerField(null=True, help_text="Who acted, or for whom an app acted.")
    client_id = models.TextField(null=True, help_text="The app or AccessKeyID that acted.")
    resource_type = models.TextField(null=True)
    resource_id = models.TextField(null=True)
    patient_ids = ArrayField(models.TextField(), null=True, help_text="Whose records were opened.")
    detail = models.TextField(null=True, help_text="Query shape or reason, without values.")
    address = models.GenericIPAddressField(null=True)
    mac = models.BinaryField(null=True, editable=False, help_text="Of everything but the id.")

    class Meta:
        indexes = [
            models.Index("account_id", models.F("id").desc(), name="audit_by_account"),
            GinIndex(fields=["patient_ids"], name="audit_by_patient"),
            # The few that are no requests for data or tokens; those cost nothing here.
            models.Index(
                "account_id",
                models.F("id").desc(),
                name="audit_of_people",
                condition=~models.Q(action__in=["read", "search", "token", "refresh", "service"]),
            ),
            # Who changed a list: its versions do not say.
            models.Index(
                "resource_id",
                models.F("id").desc(),
                name="audit_of_groups",
                condition=models.Q(
                    resource_type="Group",
                    action__in=["create", "update", "delete"],
                    outcome="success",
                ),
            ),
            # Written in order, so a range of dates is a range of pages.
            BrinIndex(fields=["recorded"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.recorded:%Y-%m-%d %H:%M:%S} {self.action} {self.outcome}"


class AuditSeal(models.Model):
    """That these records were there: one link of a chain. ``seals.py`` reads and makes them."""

    class Kind(models.TextChoices):
        RECORDS = "records", "Records"
        FOUND = "found", "Records, some from before there were macs"
        LATE = "late", "Records that came late, found by a verification"
        ARCHIVED = "archived", "Records and seals that are in a file now"

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    sealed_at = models.DateTimeField()
    horizon = models.BigIntegerField(
        help_text="Transactions from this one on had not begun when it was made."
    )
    reached = models.BigIntegerField(help_text="The highest id that was sealed so far.")
    amount = models.IntegerField()
    ids = models.TextField(help_text="Of its records: an int8multirange.")
    digest = models.BinaryField(help_text="SHA-256 of their macs, in the order of the ids.")
    marks = models.BinaryField(help_text="Four bytes of each mac, to tell which is wrong.")
    about = models.TextField(help_text="What an archived one says of the file: JSON.")
    mac = models.BinaryField(help_text="Of all this and of the mac of the seal before.")

    class Meta:
        indexes = [models.Index("sealed_at", name="audit_seal_by_time")]

    def __str__(self) -> str:
        return f"seal {self.number}"


class AuditCheck(models.Model):
    """That the trail was verified, and with what result."""

    finished_at = models.DateTimeField(db_default=Now(), editable=False)
    since_seal = models.BigIntegerField()
    until_seal = models.BigIntegerField()
    amount = models.BigIntegerField(help_text="Of records.")
    findings = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.finished_at:%Y-%m-%d %H:%M:%S} {self.findings} findings"
