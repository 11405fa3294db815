import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0034_bulk_export")]

    operations = [
        migrations.AddField(
            model_name="exportpatient",
            name="is_whole",
            field=models.BooleanField(
                default=False,
                db_default=False,
                help_text="The whole record is exported, whatever the export's _since.",
            ),
        ),
        # Asked every second, it stood in the way of whatever else changes the job.
        migrations.RemoveField(model_name="exportjob", name="polled_at"),
        migrations.CreateModel(
            name="ExportPoll",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="poll",
                        serialize=False,
                        to="fhirapi.exportjob",
                    ),
                ),
                ("polled_at", models.DateTimeField()),
            ],
        ),
    ]
