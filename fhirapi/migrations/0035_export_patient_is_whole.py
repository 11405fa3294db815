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
    ]
