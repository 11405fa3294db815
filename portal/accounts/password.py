"""A password must not be made of what others know about the person.

NIST SP 800-63B 3.1.1.2: words specific to the context, such as the username and derivatives of it,
are compared against. https://pages.nist.gov/800-63-4/sp800-63b.html
"""

import re
import unicodedata
from collections.abc import Iterator

from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.accounts.birthdays import spellings
from portal.accounts.models import Account

FEWEST_OF_ITS_OWN = 8  # letters and digits that nobody can know
_SHORTEST_WORD = 3
_PRODUCT = "qsmartcare"
_DISGUISES = str.maketrans("013457@$!l", "oieastasii")  # J0seph, Jos3ph, $mart


class PersonalWordsValidator(UserAttributeSimilarityValidator):
    """Takes the person's names, username, email address and birthday out, and looks at the rest.

    Django's own comparison, which finds misspelt ones, is with each of them alone: a first and a
    last name together are unlike either and pass it.
    """

    def validate(self, password: str, user: Account | None = None) -> None:
        if user is None:
            return None
        rest = _plain(password)
        for word in sorted(set(_known(user)), key=len, reverse=True):
            rest = rest.replace(word, " ")  # a gap: what is left must not form another word
        if " " not in rest or len(rest.replace(" ", "")) >= FEWEST_OF_ITS_OWN:
            return super().validate(password, user)
        raise ValidationError(
            _(
                "This password is mostly your name, username, email address or date of birth. "
                "Leave them out, or add at least %(fewest)d other letters or digits."
            )
            % {"fewest": FEWEST_OF_ITS_OWN},
            code="password_of_personal_words",
        )

    def get_help_text(self) -> str:
        return _("Not made of your name, username, email address or date of birth.")


def _known(account: Account) -> Iterator[str]:
    """What somebody who knows the person would try, as ``_plain`` writes it."""
    texts = [
        account.first_name, account.middle_name, account.last_name, account.username,
        account.email, account.phone, _PRODUCT,
    ]  # fmt: skip
    if account.birth_date:
        texts += spellings(account.birth_date)
    for text in texts:
        for word in (text, *re.split(r"[\W_]+", text)):
            if len(plain := _plain(word)) >= _SHORTEST_WORD:
                yield plain


def _plain(text: str) -> str:
    """Letters and digits in lower case, without accents and the usual disguises."""
    decomposed = unicodedata.normalize("NFKD", text).casefold().translate(_DISGUISES)
    return "".join(character for character in decomposed if character.isalnum())
