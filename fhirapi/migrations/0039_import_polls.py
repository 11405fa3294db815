import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0038_export_views")]

    operations = [
        migrations.CreateModel(
            name="ImportPoll",
            fields=[
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="poll",
                        serialize=False,
                        to="fhirapi.importjob",
                    ),
                ),
                ("polled_at", models.DateTimeField()),
            ],
        ),
        # What is left to be stored is asked for before each part.
        migrations.AddIndex(
            model_name="importpart",
            index=models.Index(
                condition=models.Q(("finished_at", None)),
                fields=["input"],
                name="import_part_left",
            ),
        ),
        # Only what Django knows of it: how the two kinds of jobs are found from a grant.
        migrations.AlterField(
            model_name="exportjob",
            name="data_access_grant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="fhirapi.dataaccessgrant",
            ),
        ),
        migrations.AlterField(
            model_name="importjob",
            name="data_access_grant",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="%(class)ss",
                to="fhirapi.dataaccessgrant",
            ),
        ),
    ]
