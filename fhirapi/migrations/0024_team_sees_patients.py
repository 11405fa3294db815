"""Those who work for a practitioner see the patients under the practitioner's care.

By a link of the kind Staff, which takes the way of the practitioner's own: the view that every
request asks is no longer to plan than before. A second view says whom access keys may open.
"""

from django.db import migrations

# {view}: its name; {care}: which links open those under care.
_VIEW = """
CREATE OR REPLACE VIEW {view} AS
    SELECT link.account_id, link.resource_id AS patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    WHERE link.resource_type = 'Patient' AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, care.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    JOIN fhirapi_carerelationship care ON care.practitioner_id = link.resource_id
    WHERE {care} AND link.revoked_at IS NULL
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
_OWN = "link.resource_type = 'Practitioner'"
_MANAGES = """EXISTS (
        SELECT FROM fhirapi_teammember member
        JOIN fhirapi_recordlink lead ON lead.id = member.lead_id AND lead.revoked_at IS NULL
        WHERE member.account_id = link.account_id AND member.ended_at IS NULL
          AND member.role = 'manager' AND lead.resource_id = link.resource_id)"""
_BEFORE = _VIEW.format(view="fhirapi_accountpatient", care=_OWN)
_SEES = _VIEW.format(
    view="fhirapi_accountpatient", care="link.resource_type IN ('Practitioner', 'Staff')"
)
_KEYS = _VIEW.format(
    view="fhirapi_keypatient",
    care=f"({_OWN} OR link.resource_type = 'Staff' AND {_MANAGES})",
)


class Migration(migrations.Migration):
    # The accounts' columns that it reads are in the portal's first migration.
    dependencies = [("fhirapi", "0023_team_members")]

    operations = [
        migrations.RunSQL(_SEES, _BEFORE),
        migrations.RunSQL(_KEYS, "DROP VIEW fhirapi_keypatient"),
    ]
