"""A team sees nothing while the account of its lead is switched off.

The team's tables are asked by a function, for links of staff only: joined into the view they
would be planned with every statement of the API, whoever calls (decision 13).
"""

from django.db import migrations

_WORKS_FOR = """
CREATE FUNCTION fhirapi_works_for(member_id bigint, practitioner text, roles text[])
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM fhirapi_teammember member
        JOIN fhirapi_recordlink lead ON lead.id = member.lead_id AND lead.revoked_at IS NULL
        JOIN portal_account leader ON leader.id = lead.account_id AND leader.is_active
        WHERE member.account_id = member_id AND member.ended_at IS NULL
          AND member.role = ANY(roles) AND lead.resource_id = practitioner);
END $$
"""
# {view}: its name; {staff}: which links of staff open those under care.
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
    WHERE (link.resource_type = 'Practitioner' OR link.resource_type = 'Staff' AND {staff})
      AND link.revoked_at IS NULL
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
_WORKS = "fhirapi_works_for(link.account_id, link.resource_id, ARRAY[{roles}])"
_SEES = _VIEW.format(
    view="fhirapi_accountpatient", staff=_WORKS.format(roles="'clinical', 'manager'")
)
_KEYS = _VIEW.format(view="fhirapi_keypatient", staff=_WORKS.format(roles="'manager'"))

# As in 0026.
_WRITERS = """
CREATE OR REPLACE VIEW fhirapi_writerpatient AS
    SELECT link.account_id, care.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    JOIN fhirapi_carerelationship care ON care.practitioner_id = link.resource_id
    WHERE (link.resource_type = 'Practitioner' OR link.resource_type = 'Staff' AND {staff})
      AND link.revoked_at IS NULL
  UNION ALL
    SELECT link.account_id, line.patient_id
    FROM fhirapi_recordlink link
    JOIN portal_account account ON account.id = link.account_id AND account.is_active
    CROSS JOIN fhirapi_patientline line
    WHERE link.resource_type = 'Organization' AND link.revoked_at IS NULL
"""
_WRITES = _WRITERS.format(staff=_WORKS.format(roles="'clinical', 'manager'"))
_WROTE = _WRITERS.format(staff="true")

_MANAGES = """EXISTS (
        SELECT FROM fhirapi_teammember member
        JOIN fhirapi_recordlink lead ON lead.id = member.lead_id AND lead.revoked_at IS NULL
        WHERE member.account_id = link.account_id AND member.ended_at IS NULL
          AND member.role = 'manager' AND lead.resource_id = link.resource_id)"""
_SAW = _VIEW.format(view="fhirapi_accountpatient", staff="true")
_HAD_KEYS = _VIEW.format(view="fhirapi_keypatient", staff=_MANAGES)


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0029_method_of_a_version")]

    operations = [
        migrations.RunSQL(
            _WORKS_FOR, "DROP FUNCTION fhirapi_works_for(bigint, text, text[])"
        ),
        migrations.RunSQL(_SEES, _SAW),
        migrations.RunSQL(_KEYS, _HAD_KEYS),
        migrations.RunSQL(_WRITES, _WROTE),
    ]
