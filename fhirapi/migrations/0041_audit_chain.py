"""A mac for each audit record, seals that chain them, and the one way in which records may leave."""

import django.db.models.functions.datetime
from django.db import migrations, models

# Only whoever owns the table, and says in the transaction that this is what it is for.
KEPT = """
CREATE FUNCTION fhirapi_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('qsmartcare.archived', true) = 'yes'
       AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON fhirapi_auditrecord
    FOR EACH ROW EXECUTE FUNCTION fhirapi_keep_audit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fhirapi_auditseal
    FOR EACH ROW EXECUTE FUNCTION fhirapi_keep_audit();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fhirapi_auditcheck
    FOR EACH ROW EXECUTE FUNCTION fhirapi_keep_audit();
"""

AS_BEFORE = """
DROP TRIGGER append_only ON fhirapi_auditcheck;
DROP TRIGGER append_only ON fhirapi_auditseal;
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON fhirapi_auditrecord
    FOR EACH ROW EXECUTE FUNCTION fhirapi_refuse_change();
DROP FUNCTION fhirapi_keep_audit();
"""


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0040_row_level_security")]

    operations = [
        migrations.AddField(
            model_name="auditrecord",
            name="mac",
            field=models.BinaryField(
                editable=False, help_text="Of everything but the id.", null=True
            ),
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("records", "Records"),
                            ("found", "Records, some from before there were macs"),
                            ("late", "Records that came late, found by a verification"),
                            ("archived", "Records and seals that are in a file now"),
                        ],
                        max_length=10,
                    ),
                ),
                ("sealed_at", models.DateTimeField()),
                (
                    "horizon",
                    models.BigIntegerField(
                        help_text="Transactions from this one on had not begun when it was made."
                    ),
                ),
                (
                    "reached",
                    models.BigIntegerField(help_text="The highest id that was sealed so far."),
                ),
                ("amount", models.IntegerField()),
                ("ids", models.TextField(help_text="Of its records: an int8multirange.")),
                (
                    "digest",
                    models.BinaryField(
                        help_text="SHA-256 of their macs, in the order of the ids."
                    ),
                ),
                (
                    "marks",
                    models.BinaryField(
                        help_text="Four bytes of each mac, to tell which is wrong."
                    ),
                ),
                (
                    "about",
                    models.TextField(help_text="What an archived one says of the file: JSON."),
                ),
                (
                    "mac",
                    models.BinaryField(
                        help_text="Of all this and of the mac of the seal before."
                    ),
                ),
            ],
            options={"indexes": [models.Index("sealed_at", name="audit_seal_by_time")]},
        ),
        migrations.CreateModel(
            name="AuditCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "finished_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("since_seal", models.BigIntegerField()),
                ("until_seal", models.BigIntegerField()),
                ("amount", models.BigIntegerField(help_text="Of records.")),
                ("findings", models.BigIntegerField()),
            ],
        ),
        migrations.RunSQL(KEPT, AS_BEFORE),
    ]
