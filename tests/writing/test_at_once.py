"""Writers who meet: one of them wins, nothing is lost, nothing is made twice."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from fhirapi.definitions import registry
from fhirapi.outcomes import Outcome
from fhirapi.store.models import Content, SearchRow, Version
from fhirapi.writing.change import Change, Create, Delete, Update, Writer
from fhirapi.writing.perform import perform
from tests import people
from tests.api import Api
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)

Writers = Callable[..., Writer]


def update(resource_id: str, code: str, if_match: int | None = None) -> Change:
    resource_type = registry.find("Observation")
    assert resource_type
    return Update(
        resource_type=resource_type,
        resource=people.observation(resource_id, "142859", code=code),
        resource_id=resource_id,
        if_match=if_match,
    )


def at_once(writer: Writer, requests: Sequence[Sequence[Change]]) -> list[str]:
    """What each was answered: a result, or a status."""
    ready = Barrier(len(requests))

    def ask(changes: Sequence[Change]) -> str:
        ready.wait()
        try:
            return perform(writer, changes)[0].result
        except Outcome as outcome:
            return str(outcome.status)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return sorted(pool.map(ask, requests))


def test_one_of_several_with_the_same_version_wins(
    api: Api, writer_of: Writers, dr_grey: Person
) -> None:
    api.has(people.observation("o", "142859"))
    requests = [[update("o", str(number), if_match=1)] for number in range(6)]
    assert at_once(writer_of(dr_grey), requests) == ["412"] * 5 + ["updated"]
    assert Content.objects.get(resource_id="o").version_id == 2


def test_without_a_version_each_is_kept_in_the_history(
    api: Api, writer_of: Writers, dr_grey: Person
) -> None:
    api.has(people.observation("o", "142859"))
    requests = [[update("o", str(number))] for number in range(6)]
    assert at_once(writer_of(dr_grey), requests) == ["updated"] * 6
    kept = Version.objects.filter(resource_id="o").values_list("version_id", flat=True)
    assert sorted(kept) == [1, 2, 3, 4, 5, 6]
    assert SearchRow.objects.filter(resource_id="o").count() == 1


def test_the_same_new_id_is_made_once(writer_of: Writers, dr_grey: Person) -> None:
    requests = [[update("new", str(number))] for number in range(5)]
    assert at_once(writer_of(dr_grey), requests) == ["created"] + ["updated"] * 4
    assert Content.objects.get(resource_id="new").version_id == 5


def test_what_is_made_under_a_condition_is_made_once(writer_of: Writers, dr_grey: Person) -> None:
    resource_type = registry.find("Observation")
    assert resource_type
    change = Create(
        resource_type=resource_type,
        resource=people.observation("x", "142859"),
        if_none_exist=[("patient", "142859"), ("code", "8867-4")],
    )
    assert at_once(writer_of(dr_grey), [[change]] * 5) == ["created"] + ["found"] * 4
    assert Content.objects.filter(resource_type="Observation").count() == 1


def test_however_the_condition_is_written(
    writer_of: Writers, dr_grey: Person, settings: Settings
) -> None:
    resource_type = registry.find("Observation")
    assert resource_type
    conditions = [
        [("patient", "142859"), ("code", "8867-4")],
        [("code", "8867-4"), ("patient", "142859")],
        [("subject", "Patient/142859"), ("code", "http://loinc.org|8867-4")],
        [("code", "8867-4"), ("subject", f"{settings.FHIR_BASE_URL}/Patient/142859")],
        [("code", "8867-4"), ("code", "http://loinc.org|8867-4"), ("patient", "Patient/142859")],
    ]
    changes = [
        Create(
            resource_type=resource_type,
            resource=people.observation("x", "142859"),
            if_none_exist=condition,
        )
        for condition in conditions
    ]
    answers = at_once(writer_of(dr_grey), [[change] for change in changes])
    assert answers == ["created"] + ["found"] * 4
    assert Content.objects.filter(resource_type="Observation").count() == 1


def test_those_who_take_the_same_two_in_other_order_do_not_block_each_other(
    api: Api, writer_of: Writers, dr_grey: Person
) -> None:
    api.has(people.observation("a", "142859"), people.observation("b", "142859"))
    there, back = [update("a", "1"), update("b", "1")], [update("b", "2"), update("a", "2")]
    assert at_once(writer_of(dr_grey), [there, back] * 3) == ["updated"] * 6
    assert [each.version_id for each in Content.objects.filter(resource_id__in="ab")] == [7, 7]


def test_what_others_begin_to_refer_to_is_not_deleted_meanwhile(
    api: Api, writer_of: Writers, dr_grey: Person
) -> None:
    api.has(people.encounter("v", "142859", "2024-03-05", "Check"))
    encounter, observation = registry.find("Encounter"), registry.find("Observation")
    assert encounter
    assert observation
    resource = people.observation("x", "142859") | {"encounter": {"reference": "Encounter/v"}}
    create = Create(resource_type=observation, resource=resource)
    gone = Delete(resource_type=encounter, resource_id="v")
    answers = at_once(writer_of(dr_grey), [[create], [create], [gone], [create], [create]])
    is_there = not Content.objects.get(resource_id="v").is_deleted
    referring = SearchRow.objects.filter(resource_type="Observation").count()
    assert is_there == ("409" in answers)
    assert is_there or not referring
    assert referring == answers.count("created")


def test_a_conditional_change_spares_what_meanwhile_meets_the_condition_no_more(
    api: Api, writer_of: Writers, dr_grey: Person
) -> None:
    api.has(people.observation("o", "142859", code="1"))
    writer = writer_of(dr_grey)
    resource_type = registry.find("Observation")
    assert resource_type
    gone = Delete(resource_type=resource_type, condition=[("patient", "142859"), ("code", "1")])
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            perform(writer, [update("o", "2")])
            answer = pool.submit(at_once, writer, [[gone]])
            _until_somebody_waits()
        assert answer.result() == ["nothing"]
    assert not Content.objects.get(resource_id="o").is_deleted


def _until_somebody_waits() -> None:
    """For this transaction."""
    waiting = "SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        for _ in range(1000):
            cursor.execute(waiting)
            if cursor.fetchone():
                return
            sleep(0.01)
    raise AssertionError("nobody waited")
