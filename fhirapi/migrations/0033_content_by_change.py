"""The order of the change feed, built while the API goes on answering."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Every record is a row of this table: nobody waits for its index.
    atomic = False

    dependencies = [("fhirapi", "0032_provider_api")]

    operations = [
        # What an interrupted migration leaves behind is an index that nobody may use; and an
        # earlier state of 0026 made one by this name, over all rows.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS content_by_change", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="content",
            index=models.Index(
                models.F("written_in"),
                models.F("id"),
                condition=models.Q(written_in__isnull=False),
                name="content_by_change",
            ),
        ),
    ]
