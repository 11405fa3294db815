"""Made-up people to sign in as are shown where the demo made them, and nowhere else."""

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from tests.people import Person
from tests.portal.ui.browser import text

TOLD = {"role": "patient", "username": "rebecca.larson", "password": "meadow-copper",
        "pin": "614092", "name": "Rebecca Larson", "patient_ids": ["142859"]}  # fmt: skip


@pytest.fixture
def demo(tmp_path: Path, settings: Settings) -> Settings:
    told = {"accounts": {"patient": TOLD, "admin": {**TOLD, "password": "of the administrator"}}}
    (tmp_path / "demo.json").write_text(json.dumps(told))
    settings.DATA_DIR, settings.DEMO = tmp_path, True
    return settings


def test_people_are_shown_with_what_one_needs(rebeccas: Client, demo: Settings) -> None:
    page = text(rebeccas.get("/portal/sandbox/"))
    assert all(told in page for told in ("rebecca.larson", "meadow-copper", "614092", "142859"))
    assert "The usual case" in page


def test_an_administrator_is_not_among_them(rebeccas: Client, demo: Settings) -> None:
    assert "of the administrator" not in text(rebeccas.get("/portal/sandbox/"))


def test_outside_of_the_demo_nothing_is_read(rebeccas: Client, demo: Settings) -> None:
    demo.DEMO = False
    page = text(rebeccas.get("/portal/sandbox/"))
    assert "meadow-copper" not in page
    assert "make run" in page


def test_without_the_document_there_is_nobody(
    rebeccas: Client, demo: Settings, tmp_path: Path
) -> None:
    (tmp_path / "demo.json").unlink()
    assert rebeccas.get("/portal/sandbox/").status_code == 200


def test_strangers_are_led_to_the_door(rebecca: Person, demo: Settings) -> None:
    assert Client().get("/portal/sandbox/").status_code == 302
