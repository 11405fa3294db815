"""A parent sees a child's record, and the account of a backend service every record."""

from django.db import migrations

_VIEW = """
CREATE OR REPLACE VIEW fhirapi_accountpatient AS
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
_MORE = """
  UNION ALL
    SELECT link.account_id, related.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    JOIN fhirapi_content related ON related.resource_type = 'RelatedPerson'
        AND related.resource_id = link.resource_id AND NOT related.is_deleted
        AND related.patient_id IS NOT NULL
    WHERE link.resource_type = 'RelatedPerson' AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, line.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    CROSS JOIN fhirapi_patientline line
    WHERE link.resource_type = 'Organization' AND link.revoked_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0009_smart_clients_and_launches")]

    operations = [migrations.RunSQL(_VIEW + _MORE, _VIEW)]
