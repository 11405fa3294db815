"""Who is on a list, who came since when, and who put them there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fhirapi.bulk.groups import change, kept
from fhirapi.bulk.groups.membership import added_since, members, membership_changes
from fhirapi.store.load import load
from tests.bulk.lists import move, partner, stored
from tests.people import Person
from tests.smart.small_practice import group as api_group

REBECCA, JOHN, ZOE = "142859", "142860", "7"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def group(*members: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    named = [{"entity": {"reference": f"Patient/{each}"}, **rest} for each, rest in members]
    return {**api_group("g"), "member": named}


@pytest.fixture
def made(dr_grey: Person) -> str:
    return change.make(dr_grey.account, "Follow up", [REBECCA])


@pytest.mark.parametrize(
    ("element", "is_on_it"),
    [
        ({}, True),
        ({"inactive": False}, True),
        ({"inactive": True}, False),
        ({"period": {"end": day(-1)}}, False),
        ({"period": {"end": day(0)}}, True),
        ({"period": {"end": day(0)[:7]}}, True),
        ({"period": {"start": day(1)}}, False),
        ({"period": {"start": day(0)}}, True),
        ({"period": {"start": f"{day(0)}T08:00:00Z", "end": day(30)}}, True),
        ({"period": {"start": day(-30), "end": day(30)}, "inactive": True}, False),
    ],
)
def test_members_are_those_who_are_on_it_today(
    practice: None, element: dict[str, Any], is_on_it: bool
) -> None:
    load([group((REBECCA, element), (JOHN, {}))])
    assert set(members("g")) == ({REBECCA, JOHN} if is_on_it else {JOHN})


@pytest.mark.parametrize("reference", ["Patient/1", "http://testserver/R4-patient-api/Patient/1"])
def test_a_member_is_a_patient_of_ours_once(db: None, reference: str, settings: Any) -> None:
    settings.FHIR_BASE_URL = "http://testserver/R4-patient-api"
    elements = [
        reference, reference, "Practitioner/2", "Group/3", "https://else.example/fhir/Patient/4",
    ]  # fmt: skip
    load([{**api_group("g"), "member": [{"entity": {"reference": each}} for each in elements]}])
    assert members("g") == ["1"]


def test_of_a_list_that_is_not_there_nobody_is_a_member(made: str, dr_grey: Person) -> None:
    change.delete(dr_grey.account, made)
    assert members(made) == members("never") == []
    assert added_since(made, LONG_AGO) == set()
    assert membership_changes("never") == []


def test_who_came_since_is_told_from_who_was_there(made: str, dr_grey: Person) -> None:
    before = timezone.now()
    change.add(dr_grey.account, made, [JOHN])
    assert added_since(made, LONG_AGO) == {REBECCA, JOHN}
    assert added_since(made, before) == {JOHN}
    assert added_since(made, timezone.now()) == set()


def test_what_was_changed_at_that_very_moment_counts_as_since(made: str, dr_grey: Person) -> None:
    change.add(dr_grey.account, made, [JOHN])
    moment = membership_changes(made)[0].moment
    assert added_since(made, moment) == {JOHN}


def test_who_left_and_came_back_is_nobody_new(made: str, dr_grey: Person) -> None:
    before = timezone.now()
    change.remove(dr_grey.account, made, [REBECCA])
    change.add(dr_grey.account, made, [REBECCA])
    assert added_since(made, before) == set()
    assert added_since(made, membership_changes(made)[0].moment) == {REBECCA}


def test_after_a_deletion_everybody_is_new(practice: None) -> None:
    kept.refresh()
    session = partner()
    move(session, ZOE, "dr-grey")
    kept.refresh()
    gone = timezone.now()
    move(session, ZOE, "dr-strange")
    kept.refresh()
    assert added_since("panel-dr-strange", gone) == {ZOE}


def test_every_change_has_its_moment_and_who_asked_for_it(made: str, dr_grey: Person) -> None:
    began = timezone.now()
    change.rename(dr_grey.account, made, "Later")
    change.add(dr_grey.account, made, [JOHN])
    session = partner()
    sent = {**stored(made), "member": stored(made)["member"][1:]}
    assert session.send("PUT", f"Group/{made}", sent).status_code == 200
    by_app, added, first = membership_changes(made)
    assert (by_app.added, by_app.removed) == ([], [REBECCA])
    assert by_app.client_id
    assert (added.added, added.removed) == ([JOHN], [])
    assert (added.account_id, added.client_id) == (dr_grey.account.pk, None)
    assert (first.added, first.account_id) == ([REBECCA], dr_grey.account.pk)
    assert first.moment < began < added.moment < by_app.moment


def test_a_deletion_took_everybody_off(made: str, dr_grey: Person) -> None:
    change.delete(dr_grey.account, made)
    last = membership_changes(made)[0]
    assert (last.removed, last.account_id) == ([REBECCA], dr_grey.account.pk)


def test_the_product_has_no_account(practice: None) -> None:
    kept.refresh()
    move(partner(), ZOE, "dr-grey")
    kept.refresh()
    came, first = membership_changes("panel-dr-grey")
    assert (came.added, came.account_id, came.client_id) == ([ZOE], None, None)
    assert set(first.added) == {REBECCA, JOHN}


def test_what_was_loaded_nobody_asked_for_and_later_changes_are_still_told_right(
    dr_grey: Person,
) -> None:
    load([api_group("loaded", REBECCA, JOHN)])
    change.remove(dr_grey.account, "loaded", [JOHN])
    left, first = membership_changes("loaded")
    assert (left.account_id, first.account_id) == (dr_grey.account.pk, None)


def test_only_the_newest_are_told(made: str, dr_grey: Person) -> None:
    for _ in range(3):
        change.add(dr_grey.account, made, [JOHN])
        change.remove(dr_grey.account, made, [JOHN])
    told = membership_changes(made, limit=2)
    assert [(each.added, each.removed) for each in told] == [([], [JOHN]), ([JOHN], [])]
