"""The demo's letters, read from the files that the mail backend wrote."""

import pytest
from django.core.mail import EmailMessage, get_connection

from portal.ui.outbox import letters, with_our_links
from tests.portal.ui.browser import text

OURS = "https://portal.example"


@pytest.fixture
def folder(tmp_path, settings):
    settings.DEMO = True
    settings.BASE_URL = OURS
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def send(folder, *subjects, body="Hello"):
    backend = "django.core.mail.backends.filebased.EmailBackend"
    with get_connection(backend, file_path=str(folder)) as connection:
        for subject in subjects:
            EmailMessage(subject, body, to=["zoë@example.com"], connection=connection).send()


def test_letters_are_shown_newest_first(client, db, folder):
    send(folder, "First", "Second")
    send(folder, "Third")
    assert [each.subject for each in letters(folder)] == ["Third", "Second", "First"]
    assert "Third" in text(client.get("/demo/outbox/"))


def test_accents_survive(folder):
    send(folder, "Grüße", body="Café, naïve")
    (letter,) = letters(folder)
    assert (letter.subject, letter.body.strip()) == ("Grüße", "Café, naïve")


def test_links_to_us_can_be_followed(client, db, folder):
    send(folder, "Confirm", body=f"Open {OURS}/app/confirm/abc-DEF_1/\nthen choose a PIN.")
    page = text(client.get("/demo/outbox/"))
    assert f'<a href="{OURS}/app/confirm/abc-DEF_1/">' in page


@pytest.mark.parametrize(
    "body",
    [
        "https://elsewhere.example/app/confirm/x/",
        f"{OURS}.evil.example/app/",
        f"javascript:alert('{OURS}x')",
        "<img src=x onerror=alert(1)>",
    ],
)
def test_nothing_else_becomes_a_link_or_markup(folder, body):
    linked = with_our_links(body)
    assert "<a" not in linked
    assert "<img" not in linked


def test_a_broken_file_does_not_break_the_page(client, db, folder):
    (folder / "1.log").write_bytes(b"\xff\xfe\x00 no letter at all\nDate: never\n\n")
    assert client.get("/demo/outbox/").status_code == 200


def test_an_empty_outbox_says_so(client, db, folder):
    settings_folder = folder / "not-there-yet"
    assert letters(settings_folder) == []
    assert "No letter yet" in text(client.get("/demo/outbox/"))


def test_there_is_no_outbox_outside_the_demo(client, db, settings):
    settings.DEMO = False
    assert client.get("/demo/outbox/").status_code == 404
