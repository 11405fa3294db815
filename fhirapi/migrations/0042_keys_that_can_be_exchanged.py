"""What was derived from DIGEST_KEY and has to outlive it is kept by itself, encrypted."""

import base64
import hashlib
import hmac

from django.conf import settings
from django.db import migrations, models

from fhirapi.encryption import encrypt

_COLUMNS = {
    "Webhook": (("salt", "secret_encrypted"),),
    "ChangeWebhook": (
        ("salt", "secret_encrypted"),
        ("previous_salt", "previous_secret_encrypted"),
    ),
}


def keep(apps, schema_editor):
    apps.get_model("fhirapi", "NamingKey").objects.get_or_create(
        pk=1, defaults={"key_encrypted": encrypt(settings.DIGEST_KEYS[0])}
    )
    for name, columns in _COLUMNS.items():
        for hook in apps.get_model("fhirapi", name).objects.all().iterator():
            for salt, secret in columns:
                if getattr(hook, salt):
                    setattr(hook, secret, encrypt(_derived(getattr(hook, salt))))
            hook.save()


def _derived(salt):
    key = settings.DIGEST_KEYS[0].encode()
    made = hmac.new(key, f"webhook {salt}".encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()


def _encrypted():
    # The version before writes rows without it, and finds their secret by the salt, as we do then.
    return models.TextField(blank=True, default="", db_default="", editable=False)


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0041_audit_chain")]

    operations = [
        migrations.CreateModel(
            name="NamingKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_encrypted", models.TextField(editable=False)),
            ],
        ),
        migrations.AddField("webhook", "secret_encrypted", _encrypted()),
        migrations.AddField("changewebhook", "secret_encrypted", _encrypted()),
        migrations.AddField("changewebhook", "previous_secret_encrypted", _encrypted()),
        # Only what Django says of it: the secret is not made from it any more.
        migrations.AlterField("webhook", "salt", models.CharField(max_length=40)),
        migrations.AlterField("changewebhook", "salt", models.CharField(max_length=40)),
        migrations.RunPython(keep, migrations.RunPython.noop),
    ]
