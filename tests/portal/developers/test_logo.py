"""A logo is drawn anew and shown from our own address; what is no picture changes nothing."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, PngImagePlugin

from fhirapi.smart.clients import logo as logos
from fhirapi.smart.clients import review
from fhirapi.smart.models import Client as App
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart.apps import app


@pytest.fixture
def made(rebecca: Person) -> App:
    return app(rebecca.account)


def picture(form: str = "PNG", size: tuple[int, int] = (600, 300), **more: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "teal").save(file, form, **more)
    return file.getvalue()


def upload(browser: Client, made: App, content: bytes) -> str:
    file = SimpleUploadedFile("logo.png", content, "image/png")
    return text(browser.post(page_of(made, "logo/"), {"logo": file}, follow=True))


def address(made: App) -> str:
    return f"/portal/logos/{made.client_id}/{made.logo.digest}.png"


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_shown_small_and_from_here(rebeccas: Client, made: App, form: str) -> None:
    assert "The logo is saved" in upload(rebeccas, made, picture(form))
    response = Client().get(address(made))
    shown = Image.open(io.BytesIO(response.content))
    assert (shown.format, shown.size) == ("PNG", (256, 128))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]
    assert address(made) in text(rebeccas.get(page_of(made)))


def test_what_is_hidden_in_a_picture_does_not_get_in(rebeccas: Client, made: App) -> None:
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "<script>alert(1)</script>")
    upload(rebeccas, made, picture(pnginfo=hidden) + b"<script>")
    assert b"script" not in Client().get(address(made)).content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        picture()[:100],
        picture("GIF"),
        picture() + b"\0" * logos.MOST_BYTES,
        picture(size=(8000, 2001)),
    ],
)
def test_what_is_no_such_picture_is_refused(rebeccas: Client, made: App, content: bytes) -> None:
    assert "The logo is as before" in upload(rebeccas, made, content)
    assert not hasattr(App.objects.get(pk=made.pk), "logo")


def test_a_new_logo_makes_a_review_void(rebeccas: Client, rebecca: Person, made: App) -> None:
    review.ask(made, by=rebecca.account)
    upload(rebeccas, made, picture())
    made.refresh_from_db()
    assert made.review == App.Review.NOT_ASKED


def test_removing_it(rebeccas: Client, made: App) -> None:
    upload(rebeccas, made, picture())
    was = address(made)
    rebeccas.post(page_of(made, "logo/"), {"remove": "1"})
    assert Client().get(was).status_code == 404


def test_somebody_else_cannot_change_it(johns: Client, made: App) -> None:
    assert johns.post(page_of(made, "logo/"), {"remove": "1"}).status_code == 404
