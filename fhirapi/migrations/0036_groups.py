"""Approvals that follow a list of patients, and who changed a list."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


def begun_anew(name):
    """What an interrupted migration leaves behind is an index that nobody may use."""
    return migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)


class Migration(migrations.Migration):
    # The trail is long, and no request is answered without a row in it: nobody waits for an index.
    atomic = False

    dependencies = [("fhirapi", "0035_export_patients_and_polls")]

    operations = [
        migrations.AddField(
            model_name="dataaccessgrant",
            name="group_id",
            field=models.TextField(
                blank=True,
                help_text="The list (FHIR Group) that patient_ids follows.",
                null=True,
            ),
        ),
        begun_anew("grant_by_list"),
        AddIndexConcurrently(
            model_name="dataaccessgrant",
            index=models.Index(
                models.F("group_id"),
                condition=models.Q(group_id__isnull=False),
                name="grant_by_list",
            ),
        ),
        begun_anew("audit_of_groups"),
        AddIndexConcurrently(
            model_name="auditrecord",
            index=models.Index(
                models.F("resource_id"),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(
                    resource_type="Group",
                    action__in=["create", "update", "delete"],
                    outcome="success",
                ),
                name="audit_of_groups",
            ),
        ),
    ]
