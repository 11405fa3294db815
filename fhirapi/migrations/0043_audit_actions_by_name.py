from django.db import migrations, models

import fhirapi.audit.models


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0042_keys_that_can_be_exchanged")]

    operations = [
        migrations.AlterField(
            model_name="auditrecord",
            name="action",
            field=models.CharField(choices=fhirapi.audit.models.actions, max_length=20),
        ),
    ]
