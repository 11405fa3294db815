"""Those who work for a practitioner see the patients under the practitioner's care, by role."""

from django.db import migrations

# {keys}: whom the account may open with access keys of its own. Everybody whom it sees by a link.
_VIEW = """
CREATE OR REPLACE VIEW fhirapi_accountpatient AS
    SELECT link.account_id, link.resource_id AS patient_id{keys}
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    WHERE link.resource_type = 'Patient' AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, care.patient_id{keys}
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    JOIN fhirapi_carerelationship care ON care.practitioner_id = link.resource_id
    WHERE link.resource_type = 'Practitioner' AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, related.patient_id{keys}
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    JOIN fhirapi_content related ON related.resource_type = 'RelatedPerson'
        AND related.resource_id = link.resource_id AND NOT related.is_deleted
        AND related.patient_id IS NOT NULL
    WHERE link.resource_type = 'RelatedPerson' AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, line.patient_id{keys}
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    CROSS JOIN fhirapi_patientline line
    WHERE link.resource_type = 'Organization' AND link.revoked_at IS NULL
"""
# The front desk finds patients and opens no record: it is not among them (smart/team_roles.py).
_TEAM = """
  UNION ALL
    SELECT member.account_id, care.patient_id, member.role = 'manager'
    FROM fhirapi_teammember member
    JOIN portal_account account ON account.id = member.account_id AND account.is_active
    JOIN fhirapi_recordlink lead ON lead.id = member.lead_id AND lead.revoked_at IS NULL
    JOIN portal_account leader ON leader.id = lead.account_id AND leader.is_active
    JOIN fhirapi_carerelationship care ON care.practitioner_id = lead.resource_id
    WHERE member.role IN ('clinical', 'manager') AND member.ended_at IS NULL
"""
_BEFORE = _VIEW.format(keys="")
_AFTER = _VIEW.format(keys=", true AS may_have_keys") + _TEAM


class Migration(migrations.Migration):
    # The accounts' columns that it reads are in the portal's first migration.
    dependencies = [("fhirapi", "0023_team_members")]

    operations = [
        migrations.RunSQL(_AFTER, f"DROP VIEW fhirapi_accountpatient; {_BEFORE}"),
    ]
