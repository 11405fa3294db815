"""Reviewing an app: seen as people will see it, decided with a letter, taken back."""

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from tests.portal.operations.conftest import APP, said


@pytest.fixture
def page(app):
    return f"/admin/queue/apps/{app.pk}/"


@pytest.mark.parametrize(
    "words",
    ["Heart diary", "Draws your pulse.", "https://heart.example.com/callback", "Observations",
     "https://heart.example.com/privacy", "The questions have not been answered", "due"],
)  # fmt: skip
def test_it_shows_what_people_will_see(admin, page, words):
    assert words.lower() in admin.get(page).content.decode().lower()


def test_the_queue_says_when_a_decision_is_due(admin, app):
    [waiting] = admin.get("/admin/queue/apps/").context["page"]
    assert (waiting.due - app.review_asked_at.date()).days >= 5


def test_approving_tells_the_developer(admin, app, page, mailoutbox):
    answer = admin.post(page, {"decision": "approve", "note": "Well made."}, follow=True)
    app.refresh_from_db()
    assert app.review == "approved"
    assert said(answer) == ["success"]
    assert mailoutbox[0].to == ["dev@example.com"]
    assert "Well made." in mailoutbox[0].body
    assert mailoutbox[0].subject == "Your app Heart diary has been reviewed"


def test_declining_needs_a_reason(admin, app, page, mailoutbox):
    assert (
        b"Say what the developer should change" in admin.post(page, {"decision": "decline"}).content
    )
    app.refresh_from_db()
    assert (app.review, mailoutbox) == ("waiting", [])


def test_declining_tells_the_reason(admin, app, page, mailoutbox):
    admin.post(page, {"decision": "decline", "note": "Name your privacy policy & terms."})
    app.refresh_from_db()
    assert (app.review, app.review_note) == ("declined", "Name your privacy policy & terms.")
    assert "policy & terms" in mailoutbox[0].body


def test_a_decision_is_not_made_twice(admin, page, mailoutbox):
    admin.post(page, {"decision": "approve"})
    answer = admin.post(page, {"decision": "decline", "note": "No."}, follow=True)
    assert said(answer) == ["success", "error"] or said(answer) == ["error"]
    assert len(mailoutbox) == 1


def test_a_decision_can_be_taken_back(admin, app, page):
    admin.post(page, {"decision": "approve"})
    assert admin.get("/admin/queue/apps/").context["decided"]
    admin.post(f"{page}again/")
    app.refresh_from_db()
    assert (app.review, app.reviewed_at) == ("waiting", None)
    details = AuditRecord.objects.filter(action="client-review").values_list("detail", flat=True)
    assert "review: decision taken back" in details


def test_nothing_is_taken_back_that_was_not_decided(admin, page):
    assert said(admin.post(f"{page}again/", follow=True)) == ["error"]


def test_an_app_that_registered_itself_is_told_at_its_contact(admin, developer, mailoutbox):
    from fhirapi.smart.clients import review

    made = clients.register(APP, owner=None)
    review.ask(made, by=developer)
    admin.post(f"/admin/queue/apps/{made.pk}/", {"decision": "approve"})
    assert mailoutbox[0].to == ["dev@heart.example.com"]
