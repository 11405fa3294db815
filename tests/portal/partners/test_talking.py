"""Messages between applicant and reviewers: told by a letter, marked as read, nobody else's."""

import pytest

from portal.partners import talking
from portal.partners.models import PartnerMessage
from portal.partners.programs import State
from tests.portal.partners.conftest import desk_of, errors_of, page_of, said
from tests.portal.ui.browser import text

pytestmark = pytest.mark.django_db
QUEUE = "/admin/queue/partner-applications/"


def test_each_side_reads_what_the_other_wrote_and_whether_it_was_read(devs, desk, make):
    application = make()
    devs.post(page_of(application, "messages/"), {"text": "May we ask something?"})
    assert "not read yet" in text(devs.get(page_of(application)))
    assert "New message" in text(desk.get(QUEUE))
    assert "May we ask something?" in text(desk.get(desk_of(application)))
    assert "New message" not in text(desk.get(QUEUE))
    assert "not read yet" not in text(devs.get(page_of(application)))
    desk.post(desk_of(application, "messages"), {"text": "Of course."})
    shown = text(devs.get(page_of(application)))
    assert "Of course." in shown
    assert "Reviewer" not in shown  # who at QSmartCare it was is not the applicant's business


def test_the_letter_says_that_there_is_a_message_and_not_what_it_says(desk, make, mailoutbox):
    application = make()
    desk.post(desk_of(application, "messages"), {"text": "About your laboratory data."})
    assert mailoutbox[0].to == ["dev@example.com"]
    assert "laboratory" not in mailoutbox[0].body
    assert page_of(application) in mailoutbox[0].body


def test_what_comes_while_a_page_is_made_is_not_read_by_it(developer, make):
    application = make()
    talking.say(application, "The first.", by=developer)
    shown = list(application.messages.all())
    talking.say(application, "Meanwhile.", by=developer)
    talking.read(shown, by_partner=False)
    assert [each.text for each in talking.unread(application, of_partner=True)] == ["Meanwhile."]


def test_what_is_written_is_text_and_no_markup(devs, make):
    application = make()
    devs.post(page_of(application, "messages/"), {"text": "<script>alert(1)</script>"})
    assert "&lt;script&gt;" in text(devs.get(page_of(application)))


@pytest.mark.parametrize("wrong", ["", "   ", "x" * (talking.LONGEST + 1), "a\x00b"])
def test_what_is_no_message_is_told_at_the_field(devs, make, wrong):
    answer = devs.post(page_of(make(), "messages/"), {"text": wrong})
    assert set(errors_of(answer)) == {"text"}
    assert not PartnerMessage.objects.exists()


def test_whoever_is_not_read_waits(devs, desk, make, monkeypatch):
    monkeypatch.setattr(talking, "MOST_UNREAD", 2)
    application = make()
    for _ in range(2):
        devs.post(page_of(application, "messages/"), {"text": "Hello?"})
    answer = devs.post(page_of(application, "messages/"), {"text": "Hello?"})
    assert set(errors_of(answer)) == {"text"}
    desk.get(desk_of(application))
    devs.post(page_of(application, "messages/"), {"text": "Ah."})
    assert application.messages.count() == 3


def test_messages_of_anothers_application_are_not_there(strangers, make):
    application = make()
    answer = strangers.post(page_of(application, "messages/"), {"text": "Let me in."})
    assert answer.status_code == 404
    assert strangers.get(page_of(application)).status_code == 404
    assert not PartnerMessage.objects.exists()


def test_a_draft_has_no_thread(devs, desk, make):
    draft = make(State.DRAFT)
    assert devs.post(page_of(draft, "messages/"), {"text": "Hello"}).status_code == 404
    assert desk.post(desk_of(draft, "messages"), {"text": "Hello"}).status_code == 404
    assert desk.get(desk_of(draft)).status_code == 404


def test_a_message_after_the_decision_brings_it_back_to_the_desk(devs, desk, make):
    application = make(State.APPROVED)
    waiting = "New message"
    assert waiting not in text(desk.get(QUEUE))
    devs.post(page_of(application, "messages/"), {"text": "One more thing."})
    assert waiting in text(desk.get(QUEUE))


def test_without_an_address_the_reviewer_hears_of_it(desk, developer, make):
    application = make()
    developer.email = ""
    developer.save()
    answer = desk.post(desk_of(application, "messages"), {"text": "Hello"}, follow=True)
    assert said(answer) == ["success", "warning"]
