"""Two who change lists at the same moment: nothing is lost, and nothing is made twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from fhirapi.bulk.groups import change, kept
from tests.bulk.lists import patients_on, version_of
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], object]) -> list[object]:
    ready = Barrier(len(deeds))

    def do(deed: Callable[[], object]) -> object:
        ready.wait()
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_two_who_put_somebody_on_a_list_both_do(dr_grey: Person) -> None:
    made = change.make(dr_grey.account, "Both", [])
    at_once(
        lambda: change.add(dr_grey.account, made, ["142859"]),
        lambda: change.add(dr_grey.account, made, ["142860"]),
    )
    assert patients_on(made) == {"142859", "142860"}
    assert version_of(made) == 3


def test_two_refreshes_make_each_list_once(dr_grey: Person) -> None:
    changed = at_once(kept.refresh, kept.refresh)
    assert sum(map(int, map(str, changed))) == 2
    assert version_of("panel-dr-grey") == 1
