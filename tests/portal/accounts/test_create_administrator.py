"""The command that makes the first administrator."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from portal.accounts.models import Account
from portal.management.commands import create_administrator
from tests.portal.accounts.conftest import try_door

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def typing(monkeypatch):
    """What the person types at the hidden prompts, one after the other."""

    def will_type(*answers: str) -> None:
        waiting: Iterator[str] = iter(answers)
        monkeypatch.setattr(create_administrator, "getpass", lambda _prompt: next(waiting))

    return will_type


def test_the_administrator_can_sign_in(typing):
    typing(PASSWORD, PASSWORD, "7305", "7305")
    call_command("create_administrator", "root", email="root@example.com")
    assert try_door(Client(), "/admin/login/", "root", PASSWORD, "7305").url == "/admin/"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (["short", "short"], "too short"),
        ([PASSWORD, "other"], "differ"),
        ([PASSWORD, PASSWORD, "1234", "1234"], "follow one another"),
    ],
)
def test_what_would_be_refused_in_the_portal_is_refused_here(typing, answers, says):
    typing(*answers)
    with pytest.raises(CommandError, match=says):
        call_command("create_administrator", "root")
    assert not Account.objects.exists()


def test_a_taken_username_is_refused(typing, patient):
    with pytest.raises(CommandError, match="taken"):
        call_command("create_administrator", "REBECCA")


def test_only_an_administrator_can_be_reset(typing, patient):
    with pytest.raises(CommandError, match="no administrator"):
        call_command("create_administrator", "rebecca", reset=True)


def test_a_reset_gives_new_credentials(typing, administrator):
    typing(PASSWORD, PASSWORD, "7305", "7305")
    call_command("create_administrator", "root", reset=True)
    assert try_door(Client(), "/admin/login/", "root", PASSWORD, "7305").status_code == 302
