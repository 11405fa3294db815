"""The change feed is read in the order of its index, however many records nobody has changed."""

import pytest
from django.db import connection

from fhirapi.store import changes
from fhirapi.store.load import load
from fhirapi.store.models import Content
from tests.people import observation


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


@pytest.mark.django_db(transaction=True)
def test_transactions_of_another_cluster_are_forgotten_after_a_restore() -> None:
    load([observation("of-now", "1"), observation("restored", "1")])
    restored = Content.objects.filter(resource_id="restored")
    restored.update(written_in=2**40)
    assert changes.forget_other_cluster()
    assert restored.get().written_in is None
    assert Content.objects.get(resource_id="of-now").written_in is not None
    assert not changes.forget_other_cluster()
