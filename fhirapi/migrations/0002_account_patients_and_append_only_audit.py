"""The view that says who may see whom, and the triggers that keep trail and history append-only."""

from django.conf import settings
from django.db import migrations

# An approved provider is one whose account an administrator linked to a Practitioner.
VIEW = """
CREATE VIEW fhirapi_accountpatient AS
    SELECT link.account_id, link.resource_id AS patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    WHERE link.resource_type = 'Patient' AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, care.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    JOIN fhirapi_carerelationship care ON care.practitioner_id = link.resource_id
    WHERE link.resource_type = 'Practitioner' AND link.revoked_at IS NULL
"""

APPEND_ONLY = """
CREATE FUNCTION fhirapi_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fhirapi_auditrecord
    FOR EACH ROW EXECUTE FUNCTION fhirapi_refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON fhirapi_version
    FOR EACH ROW EXECUTE FUNCTION fhirapi_refuse_change();
"""

WRITABLE_AGAIN = """
DROP TRIGGER append_only ON fhirapi_version;
DROP TRIGGER append_only ON fhirapi_auditrecord;
DROP FUNCTION fhirapi_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("fhirapi", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(VIEW, "DROP VIEW fhirapi_accountpatient"),
        migrations.RunSQL(APPEND_ONLY, WRITABLE_AGAIN),
    ]
