"""A provider chooses what a key may do: to read, unless said twice that it may write."""

import pytest
from django.test import Client

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessKey, RecordLink
from fhirapi.smart.people import keys, links, team
from tests import people
from tests.people import PIN, Person, make_key
from tests.portal.keys.conftest import VALID
from tests.portal.ui.browser import signed_in, text

NEW = {**VALID, "patients": ["142859"]}
WRITING = {**NEW, "may_write": "yes", "confirm_writing": "on", "pin": PIN}


def page_of(key: AccessKey) -> str:
    return f"/portal/api/{key.access_key_id}/"


def made() -> AccessKey:
    return AccessKey.objects.select_related("data_access_grant").get()


@pytest.mark.parametrize("said", [{}, {"may_write": "no"}, {"may_write": ""}])
def test_a_key_reads_unless_more_is_chosen(greys: Client, said: dict[str, str]) -> None:
    page = text(greys.get("/portal/api/new/"))
    assert 'name="may_write" value="no"' in page
    assert greys.post("/portal/api/new/", {**NEW, **said}).status_code == 302
    assert not made().may_write
    assert made().data_access_grant.scope == keys.PROVIDER_SCOPE


def test_a_key_that_writes_is_confirmed_first(greys: Client) -> None:
    asked = greys.post("/portal/api/new/", {**NEW, "may_write": "yes"})
    assert "Yes, apps with this key may change records" in text(asked)
    assert asked.context["form"].errors["confirm_writing"]
    assert not AccessKey.objects.exists()
    greys.post("/portal/api/new/", WRITING)
    assert made().may_write
    assert made().data_access_grant.scope == keys.WRITING_SCOPE
    assert "Read and write" in text(greys.get(page_of(made())))


@pytest.mark.parametrize("pin", ["", "000000", "x" * 500])
def test_without_the_right_pin_no_key_may_write(greys: Client, dr_grey: Person, pin: str) -> None:
    asked = greys.post("/portal/api/new/", {**WRITING, "pin": pin})
    assert asked.context["form"].errors["pin"]
    assert not AccessKey.objects.exists()
    key = make_key(dr_grey, ["142859"])
    asked = greys.post(page_of(key), {**WRITING, "label": "Ward", "pin": pin})
    assert asked.context["form"].errors["pin"]
    assert (made().may_write, made().label) == (False, "")
    denied = AuditRecord.objects.filter(outcome="denied").order_by("pk")
    assert [(each.action, each.client_id) for each in denied] == [
        ("key-create", None),
        ("key-change", key.access_key_id),
    ]


def test_what_is_narrowed_or_stays_as_it_is_takes_no_pin(greys: Client, dr_grey: Person) -> None:
    key = make_key(dr_grey, ["142859"], may_write=True)
    assert greys.post(page_of(key), {**NEW, "may_write": "yes"}).status_code == 302
    assert greys.post(page_of(key), {**NEW, "may_write": "no"}).status_code == 302
    assert not made().may_write


def test_more_patients_of_a_key_that_writes_take_the_pin(greys: Client, dr_grey: Person) -> None:
    key = make_key(dr_grey, ["142859"], may_write=True)
    more = {**NEW, "may_write": "yes", "patients": ["142859", "142860"]}
    shown = greys.post(page_of(key), {**NEW, "may_write": "yes", "add": "142860"})
    assert "Adding patients to a key that may write takes your PIN" in text(shown)
    for pin in ({}, {"pin": "000000"}):
        asked = greys.post(page_of(key), {**more, **pin})
        assert asked.context["form"].errors["pin"]
    assert made().patient_ids == ["142859"]
    assert AuditRecord.objects.filter(action="key-change", outcome="denied").count() == 2
    assert greys.post(page_of(key), {**more, "pin": PIN}).status_code == 302
    assert set(made().patient_ids) == {"142859", "142860"}
    # Fewer, or more of a key that only reads, take none.
    assert greys.post(page_of(key), {**NEW, "may_write": "yes"}).status_code == 302
    assert greys.post(page_of(key), {**more, "may_write": "no"}).status_code == 302
    assert (made().may_write, len(made().patient_ids)) == (False, 2)


def test_it_stands_on_the_list_which_key_may_write(greys: Client, dr_grey: Person) -> None:
    make_key(dr_grey, ["142859"])
    make_key(dr_grey, ["142859"], may_write=True)
    assert text(greys.get("/portal/api/")).count("Read and write") == 1


def test_a_key_is_widened_and_narrowed_later(greys: Client, dr_grey: Person) -> None:
    key = make_key(dr_grey, ["142859"])
    greys.post(page_of(key), {**NEW, "may_write": "yes"})
    assert not made().may_write
    greys.post(page_of(key), WRITING)
    assert made().may_write
    greys.post(page_of(key), {**NEW, "may_write": "no"})
    assert not made().may_write
    changed = AuditRecord.objects.filter(action="key-change", detail__contains="write")
    told = [each.detail for each in changed.order_by("pk")]
    assert told == ["may write", "may not write any more"]


def test_a_form_that_does_not_say_changes_nothing_of_it(greys: Client, dr_grey: Person) -> None:
    key = make_key(dr_grey, ["142859"], may_write=True)
    greys.post(page_of(key), {**NEW, "label": "Ward"})
    assert (made().label, made().may_write) == ("Ward", True)


def test_a_step_of_the_picker_keeps_what_was_chosen(greys: Client) -> None:
    page = greys.post("/portal/api/new/", {**WRITING, "add": "142860"})
    assert page.context["form"]["may_write"].value() == "yes"
    assert "confirm_writing" in page.context["form"].fields


def test_what_is_no_choice_is_explained(greys: Client) -> None:
    page = greys.post("/portal/api/new/", {**NEW, "may_write": "maybe"})
    assert page.context["form"].errors["may_write"] == ["Choose one of the two."]
    assert not AccessKey.objects.exists()


def test_a_patient_is_not_offered_it_and_cannot_smuggle_it_in(rebeccas: Client) -> None:
    assert "may_write" not in text(rebeccas.get("/portal/api/new/"))
    rebeccas.post("/portal/api/new/", WRITING)
    assert not made().may_write
    assert "Read only" not in text(rebeccas.get("/portal/api/"))


def test_who_treats_nobody_any_more_can_only_narrow(greys: Client, dr_grey: Person) -> None:
    key = make_key(dr_grey, ["142859"], may_write=True)
    links.unlink(dr_grey.account, "Practitioner", by=None)
    links.link(dr_grey.account, "Patient", "142859", method=RecordLink.Method.DEMO)
    greys.post(page_of(key), {**NEW, "may_write": "no"})
    assert not made().may_write
    greys.post(page_of(key), WRITING)
    assert not made().may_write


@pytest.mark.parametrize(("role", "offered"), [("clinical", False), ("manager", True)])
def test_of_the_staff_only_managers_are_offered_it(
    dr_grey: Person, role: str, offered: bool
) -> None:
    noa = people.account("noa", "Noa", "Staff", wants_provider=True)
    lead = team.led_by(dr_grey.account)
    assert lead
    team.join(lead, noa, role, by_id=None, address=None)
    page = text(signed_in(noa).get("/portal/api/new/", follow=True))
    assert ("may_write" in page) is offered
