"""An app that is disabled loses what it has, whoever set the column: the API reads past it."""

from django.db import migrations

END = """
CREATE FUNCTION fhirapi_end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE fhirapi_dataaccessgrant SET revoked_at = now()
        WHERE client_id = NEW.id AND revoked_at IS NULL;
    DELETE FROM fhirapi_authorizationcode WHERE application_id = NEW.id;
    DELETE FROM fhirapi_refreshtoken WHERE application_id = NEW.id;
    DELETE FROM fhirapi_accesstoken WHERE application_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER disabled_without_access AFTER UPDATE OF disabled_at ON fhirapi_client
    FOR EACH ROW WHEN (OLD.disabled_at IS NULL AND NEW.disabled_at IS NOT NULL)
    EXECUTE FUNCTION fhirapi_end_access();
"""
KEEP = """
DROP TRIGGER disabled_without_access ON fhirapi_client;
DROP FUNCTION fhirapi_end_access();
"""


class Migration(migrations.Migration):
    dependencies = [("fhirapi", "0016_app_reviews")]

    operations = [migrations.RunSQL(END, KEEP)]
