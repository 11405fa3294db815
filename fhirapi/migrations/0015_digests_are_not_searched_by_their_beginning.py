"""Django gives every unique text an index for LIKE; nobody looks for a digest by its beginning."""

from django.db import migrations

_INDEXES = (
    ("fhirapi_accesstoken", "token_checksum", "fhirapi_accesstoken_token_checksum_1d79aed2_like"),
    ("fhirapi_spentassertion", "digest", "fhirapi_spentassertion_digest_88b8d109_like"),
)


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0014_audit_of_consents")]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX IF EXISTS {name}",
            f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({column} varchar_pattern_ops)",
        )
        for table, column, name in _INDEXES
    ]
