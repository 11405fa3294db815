"""Approving a backend service: for the whole practice or a list, shown and withdrawn."""

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import DataAccessGrant
from fhirapi.store.load import load


@pytest.fixture
def page(service, practice):
    load(
        [
            {"resourceType": "Organization", "id": "org", "name": "The practice"},
            {
                "resourceType": "Location",
                "id": "ward",
                "managingOrganization": {"reference": "Organization/org"},
            },
            {
                "resourceType": "Group",
                "id": "diabetes",
                "type": "person",
                "actual": True,
                "name": "Diabetes programme",
                "member": [
                    {"entity": {"reference": "Patient/142859"}},
                    {"entity": {"reference": "Patient/142860"}, "inactive": True},
                    {"entity": {"reference": "Patient/7"}, "period": {"end": "2020-01"}},
                    {"entity": {"reference": "https://else.example/fhir/Patient/8"}},
                ],
            },
        ]
    )
    return f"/admin/queue/services/{service.pk}/"


def grant_of(service):
    return DataAccessGrant.objects.get(client=service, revoked_at=None)


def test_it_is_approved_for_every_record(admin, service, page):
    assert admin.post(page, {"opens": "whole-practice"}).url == "/admin/queue/services/"
    assert grant_of(service).patient_ids is None


def test_it_is_approved_for_the_patients_who_are_on_a_list(admin, service, page):
    assert b"Diabetes programme: 1 patients" in admin.get(page).content
    admin.post(page, {"opens": "diabetes"})
    assert grant_of(service).patient_ids == ["142859"]
    assert AuditRecord.objects.get(action="approve", client_id=service.client_id).detail.endswith(
        "for 1 patients"
    )


@pytest.mark.parametrize(
    ("members", "follows"), [("", None), ("now", None), ("as-it-changes", "diabetes")]
)
def test_a_list_is_taken_as_it_is_or_as_it_changes(admin, service, page, members, follows):
    admin.post(page, {"opens": "diabetes", "members": members})
    assert grant_of(service).group_id == follows
    told = b"at the time" in admin.get(page).content.split(b"Approve for something else")[0]
    assert told == bool(follows)


def test_another_choice_of_members_approves_nothing(admin, service, page):
    admin.post(page, {"opens": "diabetes", "members": "tomorrow"})
    assert not DataAccessGrant.objects.filter(client=service).exists()


@pytest.mark.parametrize("opens", ["", "no-such-list"])
def test_anything_else_approves_nothing(admin, service, page, opens):
    assert b"Choose" in admin.post(page, {"opens": opens}).content
    assert not DataAccessGrant.objects.filter(client=service).exists()


def test_the_approval_is_withdrawn(admin, service, page):
    admin.post(page, {"opens": "diabetes"})
    admin.post(page, {"withdraw": "1"})
    assert not DataAccessGrant.objects.filter(client=service, revoked_at=None).exists()


def test_an_app_that_people_use_is_none(admin, app):
    assert admin.get(f"/admin/queue/services/{app.pk}/").status_code == 404
