"""Form fields for what people write about themselves; each error says what would be right."""

import re
import unicodedata
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.states import STATES, code_of

LONGEST_SECRET = 1000  # characters; hashing more would only cost time
OLDEST = 125  # years; nobody on record was older than 122
_DATE = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}-\d{1,2}-\d{1,2}")


class NameField(forms.CharField):
    """Letters of any language, and what stands between them in names."""

    def __init__(self, what: Any, *, also: str = "", **kwargs: Any) -> None:
        self._what, self._marks = what, f" .'’-{also}"  # noqa: RUF001 - people type both apostrophes
        required = format_lazy(_("Enter your {what}."), what=what)
        errors = {"required": required, **kwargs.pop("error_messages", {})}
        super().__init__(max_length=100, error_messages=errors, **kwargs)

    def to_python(self, value: Any) -> str:
        return " ".join(unicodedata.normalize("NFC", super().to_python(value) or "").split())

    def validate(self, value: str) -> None:
        super().validate(value)
        # "M": accents that have no composed letter of their own.
        odd = [
            character for character in value
            if unicodedata.category(character)[0] not in "LM" and character not in self._marks
        ]  # fmt: skip
        if odd or (value and not any(character.isalpha() for character in value)):
            raise ValidationError(
                gettext("Write the %(what)s with letters; hyphens and apostrophes are fine.")
                % {"what": self._what}
            )


class BirthDateField(forms.Field):
    """A date of birth as it is written in the US, or in ISO order."""

    widget = forms.TextInput(
        attrs={"placeholder": "MM/DD/YYYY", "inputmode": "numeric", "autocomplete": "bday"}
    )

    def __init__(self, **kwargs: Any) -> None:
        errors = {"required": _("Enter the date of birth as MM/DD/YYYY.")}
        super().__init__(error_messages=errors, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.strftime("%m/%d/%Y") if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        if not (text.isascii() and _DATE.fullmatch(text)):
            raise ValidationError(gettext("Write the date as MM/DD/YYYY, for example 07/04/1985."))
        order = "%Y-%m-%d" if text[4:5] == "-" else "%m/%d/%Y"
        try:
            return datetime.strptime(text.replace("/", "-"), order.replace("/", "-")).date()
        except ValueError:
            raise ValidationError(
                gettext("There is no such day. Check month, day and year (MM/DD/YYYY).")
            ) from None

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is None:
            return
        today = timezone.localdate()
        if value > today:
            raise ValidationError(gettext("This day is in the future. Check the year."))
        if value.year < today.year - OLDEST:
            raise ValidationError(
                gettext("This is more than %(years)d years ago. Check the year.")
                % {"years": OLDEST}
            )


class PhoneField(forms.CharField):
    """Ten digits of a US number, however they are punctuated; kept as digits."""

    widget = forms.TextInput(
        attrs={"type": "tel", "autocomplete": "tel", "placeholder": "(512) 555-0147"}
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages={"required": _("Enter your phone number.")}, **kwargs)

    def to_python(self, value: Any) -> str:
        text = (super().to_python(value) or "").strip()
        digits = phone_digits(text)
        if text and (not re.fullmatch(r"[0-9+(). /-]+", text) or len(digits) != 10):
            raise ValidationError(
                gettext("Write a US phone number of ten digits, such as (512) 555-0147.")
            )
        if text and not _is_possible(digits):
            raise ValidationError(
                gettext(
                    "No US phone number looks like this. Check the area code and the three digits "
                    "after it."
                )
            )
        return digits


def phone_digits(text: str) -> str:
    """The digits of a phone number without the country code 1."""
    digits = re.sub(r"[^0-9]", "", text)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def _is_possible(digits: str) -> bool:
    """Whether the North American Numbering Plan has such numbers. https://www.nanpa.com/"""
    area, exchange = digits[:3], digits[3:6]
    # Both are NXX with N from 2 to 9; N11 are services such as 911, and no area is 555.
    has_shape = all(part[0] in "23456789" and part[1:] != "11" for part in (area, exchange))
    return has_shape and area != "555" and len(set(digits)) > 1


class StateField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        message = _("Choose a state, the District of Columbia or a territory.")
        super().__init__(
            choices=[("", _("Choose a state")), *STATES.items()],
            error_messages={"required": message, "invalid_choice": message},
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return code_of(str(value or ""))


class SecretField(forms.CharField):
    """A password or PIN being typed: never echoed back, never trimmed."""

    def __init__(self, required: Any, *, autocomplete: str, is_pin: bool = False, **kwargs: Any):
        attrs = {"autocomplete": autocomplete}
        if is_pin:
            attrs["inputmode"] = "numeric"
        super().__init__(
            widget=forms.PasswordInput(attrs=attrs),
            strip=is_pin,
            max_length=LONGEST_SECRET,
            error_messages={"required": required},
            **kwargs,
        )
