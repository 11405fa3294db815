"""Who may write whose data, what they write, and in which order it was written."""

import django.db.models.expressions
from django.db import migrations, models

# As ``fhirapi_accountpatient``, by the links of those who treat: nobody writes into their own
# record, or a child's, because it is theirs.
_WRITERS = """
CREATE VIEW fhirapi_writerpatient AS
    SELECT link.account_id, care.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    JOIN fhirapi_carerelationship care ON care.practitioner_id = link.resource_id
    WHERE link.resource_type IN ('Practitioner', 'Staff') AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, line.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    CROSS JOIN fhirapi_patientline line
    WHERE link.resource_type = 'Organization' AND link.revoked_at IS NULL
"""
# In two steps: a column that is added together with such a default rewrites the whole table.
_WRITTEN_IN = """
ALTER TABLE fhirapi_content ADD COLUMN written_in bigint;
ALTER TABLE fhirapi_content
    ALTER COLUMN written_in SET DEFAULT (pg_current_xact_id()::text::bigint);
"""
_ACTIONS = [
    ("read", "Read"), ("search", "Search"), ("create", "Created"), ("update", "Changed"),
    ("delete", "Deleted"), ("service", "Service description"), ("token", "Token issued"),
    ("refresh", "Token refreshed"), ("revoke", "Token revoked"),
    ("key-create", "Access key created"), ("key-change", "Access key changed"),
    ("key-reveal", "Secret shown"), ("key-rotate", "Access key rotated"),
    ("patient-search", "Patient listed in the portal"), ("sign-in", "Signed in"),
    ("sign-out", "Signed out"), ("register", "Registered"),
    ("recover", "Password or PIN reset"), ("link", "Account linked to record"),
    ("approve", "Account approved"), ("consent", "Access of an app approved"),
    ("consent-end", "Access of an app ended"), ("launch", "App opened from a patient's page"),
    ("client-register", "App registered"), ("client-change", "App changed"),
    ("client-secret", "Secret of an app changed"), ("client-status", "App disabled or enabled"),
    ("client-delete", "App deleted"), ("client-review", "App reviewed"),
    ("export", "Record downloaded"), ("audit-export", "Activity downloaded"),
    ("account-change", "Account changed"), ("account-close", "Account closed"),
    ("factor", "Second factor added or removed"), ("session-end", "Session ended"),
    ("team", "Team changed"), ("introspect", "Token looked into"),
    ("operation", "Operation by an administrator"),
]  # fmt: skip


class Migration(migrations.Migration):
    # The accounts' columns that the view reads are in the portal's first migration.
    dependencies = [("fhirapi", "0025_client_logo")]

    operations = [
        migrations.AddField(
            model_name="accesskey",
            name="may_write",
            field=models.BooleanField(
                default=False,
                help_text="A provider's key only: opens the Provider Access API, to change.",
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="provider_access_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Since when the partner may write, and use the Provider Access API; "
                "none: never.",
                null=True,
            ),
        ),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    _WRITTEN_IN, "ALTER TABLE fhirapi_content DROP COLUMN written_in"
                )
            ],
            [
                migrations.AddField(
                    model_name="content",
                    name="written_in",
                    field=models.BigIntegerField(
                        db_default=django.db.models.expressions.RawSQL(
                            "pg_current_xact_id()::text::bigint", []
                        ),
                        help_text="The transaction that wrote it: the order of the change feed. "
                        "None: before it.",
                        null=True,
                    ),
                )
            ],
        ),
        migrations.AlterField(
            model_name="auditrecord",
            name="action",
            field=models.CharField(choices=_ACTIONS, max_length=20),
        ),
        migrations.RunSQL(_WRITERS, "DROP VIEW fhirapi_writerpatient"),
    ]
