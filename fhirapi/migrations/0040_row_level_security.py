"""Whose data a role without tables of its own may touch: the policies of contents and versions.

The transaction is told (store/isolation.py); whoever owns the tables, commands and workers, is not
bound. Search rows hold hashes and dates, and have no policy: a condition that is not leakproof may
not be an index's under one, so searches would read whole tables. What a search answers with comes
out of the contents. docs/decisions/0036
"""

from django.db import migrations

# Asked of each row that the list does not name, so the last answer is kept: the rows of a page are
# mostly one patient's. The view is asked for one patient each time, never read as a whole.
_SEES_PATIENT = """
CREATE FUNCTION fhirapi_sees_patient(patient text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    whose text := current_setting('qsmartcare.patients', true);
    account text;
BEGIN
    IF whose = '**' THEN
        RETURN true;
    ELSIF whose IS DISTINCT FROM '*' THEN
        RETURN false;
    END IF;
    account := current_setting('qsmartcare.account', true);
    IF current_setting('qsmartcare.seen', true) = account || ' ' || patient THEN
        RETURN true;
    END IF;
    PERFORM FROM fhirapi_accountpatient visible
    WHERE visible.account_id = nullif(account, '')::bigint AND visible.patient_id = patient
    LIMIT 1;
    IF FOUND THEN
        PERFORM set_config('qsmartcare.seen', account || ' ' || patient, true);
    END IF;
    RETURN FOUND;
END $$
"""
# A list of patients is seen by whoever sees all of them; one without patients is nobody's. What
# was deleted holds nothing. A patient of another server is taken for ours.
_SEES_LIST = r"""
CREATE FUNCTION fhirapi_sees_list(content text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    whose text := current_setting('qsmartcare.patients', true);
    patients text[];
BEGIN
    IF whose = '**' OR content = '' THEN
        RETURN true;
    ELSIF whose IS NULL OR whose = '' THEN
        RETURN false;
    END IF;
    patients := ARRAY(
        SELECT DISTINCT found.id FROM (
            SELECT substring(reference #>> '{}'
                   FROM '(?:^|/)Patient/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]*)?$') AS id
            FROM jsonb_path_query(content::jsonb, '$.member[*].entity.reference') reference
        ) found WHERE found.id IS NOT NULL);
    IF patients = '{}' THEN
        RETURN false;
    ELSIF whose <> '*' THEN
        RETURN patients <@ string_to_array(whose, ',');
    END IF;
    RETURN NOT EXISTS (
        SELECT FROM unnest(patients) each(patient)
        WHERE NOT EXISTS (
            SELECT FROM fhirapi_accountpatient visible
            WHERE visible.account_id
                      = nullif(current_setting('qsmartcare.account', true), '')::bigint
              AND visible.patient_id = each.patient));
END $$
"""
_SEEN = """(
    CASE WHEN patient_id IS NULL THEN resource_type <> 'Group' OR fhirapi_sees_list(content)
    ELSE patient_id = ANY (string_to_array(current_setting('qsmartcare.patients', true), ','))
         OR fhirapi_sees_patient(patient_id)
    END)"""
# Whom a new row belongs to may not be seen yet: who cares for a new patient is written after it.
# What writes looks at it again before it commits (store/write.py).
_IS_TOLD = "(coalesce(current_setting('qsmartcare.patients', true), '') <> '')"
# Rows are locked whether the caller sees them or not: that one is there already is told to nobody,
# but nothing is written twice. What is in them is kept from whoever does not see them.
_HELD = f"""
CREATE FUNCTION fhirapi_held(types text[], ids text[]) RETURNS TABLE (
    resource_type text, resource_id text, id bigint, version_id integer,
    last_updated timestamptz, is_deleted boolean, patient_id text, content text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT held.resource_type, held.resource_id, held.id, held.version_id, held.last_updated,
           held.is_deleted, held.patient_id,
           CASE WHEN {_SEEN} THEN held.content ELSE '' END
    FROM unnest(types, ids) AS asked(resource_type, resource_id)
    JOIN fhirapi_content held USING (resource_type, resource_id)
    ORDER BY held.id FOR UPDATE OF held;
END $$
"""  # noqa: S608 - constants
# It acts as the owner: nobody may put tables of theirs before the owner's.
_LOOKS_HERE = """
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION fhirapi_held(text[], text[]) SET search_path = %I, pg_temp',
                   current_schema());
END $$
"""


def _policies(table: str) -> list[migrations.RunSQL]:
    made = [
        f"CREATE POLICY seen ON {table} FOR SELECT USING {_SEEN}",
        f"CREATE POLICY added ON {table} FOR INSERT WITH CHECK {_IS_TOLD}",
        f"CREATE POLICY changed ON {table} FOR UPDATE USING {_SEEN} WITH CHECK {_SEEN}",
    ]
    undone = [f"DROP POLICY {name} ON {table}" for name in ("seen", "added", "changed")]
    return [
        *(migrations.RunSQL(*each) for each in zip(made, undone, strict=True)),
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0039_import_polls")]

    operations = [
        migrations.RunSQL(_SEES_PATIENT, "DROP FUNCTION fhirapi_sees_patient(text)"),
        migrations.RunSQL(_SEES_LIST, "DROP FUNCTION fhirapi_sees_list(text)"),
        migrations.RunSQL(_HELD, "DROP FUNCTION fhirapi_held(text[], text[])"),
        migrations.RunSQL(_LOOKS_HERE, migrations.RunSQL.noop),
        *_policies("fhirapi_content"),
        *_policies("fhirapi_version"),
    ]
