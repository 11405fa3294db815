"""By which method a version came, for the history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0028_provider_access_decisions")]

    operations = [
        migrations.AddField(
            model_name="content",
            name="method",
            field=models.TextField(
                help_text="Of the request that made the version; null: it was loaded.", null=True
            ),
        ),
        migrations.AddField(
            model_name="version", name="method", field=models.TextField(null=True)
        ),
    ]
