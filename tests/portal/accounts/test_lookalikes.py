"""Usernames that look like another one's."""

import pytest
from django.core.exceptions import ValidationError

from portal.accounts.usernames import UsernameTaken, check_new_username

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("taken", "wanted"),
    [
        ("mark", "rnark"),
        ("bill", "b1ll"),
        ("bill", "BIIl"),
        ("joe0", "joeo"),
        ("walter", "vvalter"),
    ],
)
def test_one_that_looks_like_another_is_taken(make, taken, wanted):
    make(taken)
    with pytest.raises(UsernameTaken):
        check_new_username(wanted)


def test_others_are_not(make):
    make("mark")
    assert check_new_username("marc") == "marc"


def test_other_alphabets_are_refused(db):
    with pytest.raises(ValidationError):
        check_new_username("m\N{CYRILLIC SMALL LETTER A}rk")
