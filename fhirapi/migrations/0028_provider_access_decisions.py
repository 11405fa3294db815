"""Who approved or withdrew the Provider Access of an app, when it ended, and the reason told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("fhirapi", "0027_signing_keys_and_rates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="provider_access_ended_at",
            field=models.DateTimeField(
                blank=True, help_text="When it was withdrawn, if it was.", null=True
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="provider_access_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="provider_access_note",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="Why, as the developer was told: of the last decision.",
            ),
        ),
    ]
