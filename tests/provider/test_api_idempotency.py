"""A request with an Idempotency-Key is done once, however often it is sent."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.provider import create as creating
from fhirapi.provider.models import IdempotentAnswer
from fhirapi.smart.models import DataAccessGrant
from fhirapi.store.models import Content
from tests.api import Api
from tests.people import Person
from tests.provider.client import Partner, partner, problem, problem_of


def conditions() -> int:
    return Content.objects.filter(resource_type="Condition").count()


def test_a_repeated_request_is_answered_as_the_first_time(grey: Partner) -> None:
    first = grey.post("problems", problem_of(), idempotency_key="k-1")
    again = grey.post("problems", problem_of(), idempotency_key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert [again[name] for name in ("ETag", "Location")] == [
        first[name] for name in ("ETag", "Location")
    ]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert conditions() == 1
    assert AuditRecord.objects.filter(action="read", resource_type="Condition").count() == 1


def test_another_request_with_the_same_key_is_refused(grey: Partner) -> None:
    grey.post("problems", problem_of(), idempotency_key="k")
    other = grey.post("problems", problem_of(onset_date="2019"), idempotency_key="k")
    assert problem(other) == (422, "key-used")
    assert problem(grey.post("vitals", problem_of(), idempotency_key="k")) == (422, "key-used")
    assert conditions() == 1


def test_a_key_belongs_to_who_sends_it(api: Api, grey: Partner, dr_strange: Person) -> None:
    grey.post("problems", problem_of(), idempotency_key="k")
    strange = partner(api, dr_strange, patient_ids=["7"])
    assert strange.post("problems", problem_of("7"), idempotency_key="k").status_code == 201
    assert conditions() == 2


def test_a_refused_request_may_be_repaired_under_its_key(grey: Partner) -> None:
    assert problem(grey.post("problems", {}, idempotency_key="k")) == (422, "invalid")
    foreign = grey.post("problems", problem_of("7"), idempotency_key="k")
    assert problem(foreign) == (403, "forbidden")
    assert AuditRecord.objects.filter(action="create", outcome="denied").count() == 2
    assert grey.post("problems", problem_of(), idempotency_key="k").status_code == 201


def test_a_patch_is_repeated_without_a_second_version(grey: Partner) -> None:
    made = grey.post("problems", problem_of()).json()
    path = f"problems/{made['id']}"
    first = grey.patch(path, {"onset_date": "2019"}, "1", idempotency_key="p")
    again = grey.patch(path, {"onset_date": "2019"}, "1", idempotency_key="p")
    assert (first.status_code, again.content) == (200, first.content)
    assert grey.get(path).json()["version"] == "2"


def test_what_the_token_no_longer_opens_is_not_told_again(grey: Partner) -> None:
    made = grey.post("problems", problem_of(), idempotency_key="k").json()
    grey.delete(f"problems/{made['id']}")
    assert problem(grey.post("problems", problem_of(), idempotency_key="k")) == (410, "gone")


def test_who_may_only_write_is_told_again_what_can_still_be_changed(
    api: Api, grey: Partner, dr_grey: Person
) -> None:
    writer = partner(api, dr_grey, scope="user/*.cu", patient_ids=["142859"])
    made = writer.post("problems", problem_of(), idempotency_key="w")
    assert made.status_code == 201
    again = writer.post("problems", problem_of(), idempotency_key="w")
    assert again.content == made.content
    told = AuditRecord.objects.filter(detail="repeated answer", resource_id=made.json()["id"])
    assert [each.outcome for each in told] == ["success"]
    DataAccessGrant.objects.update(patient_ids=["142860"])
    gone = writer.post("problems", problem_of(), idempotency_key="w")
    assert problem(gone) == (404, "not-found")
    assert [each.outcome for each in told.order_by("id")] == ["success", "denied"]


def test_a_key_is_a_short_visible_text(grey: Partner) -> None:
    for key in ("", "x" * 256, "é"):
        response = grey.post("problems", problem_of(), idempotency_key=key)
        assert problem(response) == (400, "malformed")


def test_keys_are_forgotten_after_a_day(grey: Partner) -> None:
    grey.post("problems", problem_of(), idempotency_key="k")
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert grey.post("problems", problem_of(), idempotency_key="k").status_code == 201
    assert conditions() == 2
    IdempotentAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    call_command("clear_expired", verbosity=0)
    assert not IdempotentAnswer.objects.exists()


def test_what_breaks_off_leaves_neither_record_nor_answer(
    grey: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ConnectionError

    monkeypatch.setattr(creating, "told", broken)
    assert problem(grey.post("problems", problem_of(), idempotency_key="k"))[0] == 500
    assert (conditions(), IdempotentAnswer.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_make_one_record(
    grey: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one waits while it is being dealt with: the second is told to come again."""
    is_within, may_go = threading.Event(), threading.Event()
    made = creating.told

    def slow(*args: Any, **kwargs: Any) -> Any:
        is_within.set()
        may_go.wait(20)
        return made(*args, **kwargs)

    monkeypatch.setattr(creating, "told", slow)
    answers: list[Any] = []

    def first() -> None:
        answers.append(grey.post("problems", problem_of(), idempotency_key="k"))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    is_within.wait(20)
    second = grey.post("problems", problem_of(), idempotency_key="k")
    may_go.set()
    thread.join()
    assert (problem(second), second["Retry-After"]) == ((409, "conflict"), "1")
    assert answers[0].status_code == 201
    third = grey.post("problems", problem_of(), idempotency_key="k")
    assert third.content == answers[0].content
    assert conditions() == 1
