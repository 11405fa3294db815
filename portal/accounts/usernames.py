"""Which usernames may be chosen: none that looks like another one."""

import re

from django.core.exceptions import ValidationError
from django.db.models import CharField, Func, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Account

SHORTEST, LONGEST = 3, 60
ALPHABET = _("Letters a to z, digits and @ . + - _; capital letters make no difference.")
_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@.+_-]*")


class UsernameTaken(Exception):
    """Somebody has this username, in whatever letter case, or one that looks like it."""


def check_new_username(username: str) -> str:
    """The username as it is kept. Raises ValidationError, and UsernameTaken.

    Other alphabets have letters that look like ours (UTS 39): a Cyrillic "a" would make a second
    account whose name nobody can tell from the first. https://www.unicode.org/reports/tr39/
    """
    if not SHORTEST <= len(username) <= LONGEST:
        raise ValidationError(
            gettext("Choose a username of %(shortest)d to %(longest)d characters.")
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    if not _SHAPE.fullmatch(username):
        raise ValidationError(
            gettext(
                "Write the username with letters a to z without accents, digits and @ . + - _ "
                "only, beginning with a letter or digit."
            )
        )
    lookalikes = Account.objects.annotate(outline=_outline("username"))
    if lookalikes.filter(outline=_outline(Value(username))).exists():
        raise UsernameTaken
    return username


def _outline(username: object) -> Func:
    """What is left of a username where letters and digits of one look are the same (UTS 39 4)."""
    plain = Func(
        Lower(username),
        Value("01i|"),
        Value("olll"),
        function="TRANSLATE",
        output_field=CharField(),
    )
    return Replace(Replace(plain, Value("rn"), Value("m")), Value("vv"), Value("w"))
