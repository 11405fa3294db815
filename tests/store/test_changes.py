"""The change feed is read in the order of its index, however many records nobody has changed."""

import pytest
from django.db import connection

from fhirapi.store import changes


@pytest.mark.django_db
def test_the_feed_reads_the_index_of_changes() -> None:
    sql = changes._CHANGES.format(
        caller="caller AS (SELECT 1::bigint AS account_id)",
        horizon=changes._HORIZON,
        visible="true",
        may="true",
    )
    with connection.cursor() as cursor:
        # Too few rows here to be worth an index: what is asked is whether it could be read.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", {"written_in": 1, "row_id": 1, "limit": 10})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "using content_by_change" in plan
