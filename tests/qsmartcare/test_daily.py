"""What make run repeats each day: started when it is due, not before, and stopped with the rest."""

import os
import time

import pytest
from django.db import connection

from portal.operations.models import JobRun
from qsmartcare.daily import Daily


def surroundings() -> dict[str, str]:
    found = connection.settings_dict
    url = f"host={found['HOST']} port={found['PORT']} user={found['USER']} dbname={found['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "qsmartcare.settings"}


def test_before_a_day_is_over_nothing_is_started() -> None:
    with Daily({}) as daily:
        daily.start_if_due()
        assert daily._children == []


@pytest.mark.django_db(transaction=True)
def test_when_it_is_due_the_jobs_run() -> None:
    with Daily(surroundings(), every=0.01) as daily:
        time.sleep(0.02)
        daily.start_if_due()
        deadline = time.monotonic() + 30
        done = JobRun.objects.filter(outcome="done")
        while time.monotonic() < deadline and done.count() < 2:
            time.sleep(0.1)
    assert set(done.values_list("job", flat=True)) == {"clear_expired", "refresh_groups"}
