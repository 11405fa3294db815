"""Which usernames may be chosen: none that looks like another one."""

import re

from django.core.exceptions import ValidationError

from portal.accounts.models import Account

SHORTEST, LONGEST = 3, 60
ALPHABET = "Letters a to z, digits and @ . + - _; capital letters make no difference."
_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@.+_-]*")


class UsernameTaken(Exception):
    """Somebody has this username, in whatever letter case."""


def check_new_username(username: str) -> str:
    """The username as it is kept. Raises ValidationError, and UsernameTaken.

    Other alphabets have letters that look like ours (UTS 39): a Cyrillic "a" would make a second
    account whose name nobody can tell from the first. https://www.unicode.org/reports/tr39/
    """
    if not SHORTEST <= len(username) <= LONGEST:
        raise ValidationError(f"Choose a username of {SHORTEST} to {LONGEST} characters.")
    if not _SHAPE.fullmatch(username):
        raise ValidationError(
            "Write the username with letters a to z without accents, digits and @ . + - _ "
            "only, beginning with a letter or digit."
        )
    if Account.with_username(username).exists():
        raise UsernameTaken
    return username
