"""What each step of an application asks of whoever takes it."""

from typing import Any

from django import forms

from portal.partners import talking
from portal.partners.checks import CHECKS
from portal.partners.programs import State

_LONGEST = 2000


def _reason(help_text: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label="Reason, to the applicant" if required else "To the applicant",
        required=required,
        max_length=_LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=help_text,
        error_messages={"required": "Say why: the applicant is told."},
    )


class NothingForm(forms.Form):
    """Asks nothing; the others build on it."""

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state = state

    @property
    def told(self) -> dict[str, Any]:
        """What the step is called with."""
        return {}


class ChecksForm(NothingForm):
    """Every check ticked."""

    passed = forms.MultipleChoiceField(
        label="Passed",
        choices=lambda: list(CHECKS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick what you have found to be so."},
    )

    def clean_passed(self) -> list[str]:
        passed: list[str] = self.cleaned_data["passed"]
        if set(passed) != set(CHECKS):
            raise forms.ValidationError(
                "Every check has to be passed. Ask the applicant, or decline and say which are not."
            )
        return passed


class AskForm(NothingForm):
    question = forms.CharField(
        label="What you ask",
        max_length=talking.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write what you ask."},
    )

    @property
    def told(self) -> dict[str, Any]:
        return {"question": self.cleaned_data["question"]}


class NoteForm(NothingForm):
    note = _reason("Stands on the page of the application.", required=False)

    @property
    def told(self) -> dict[str, Any]:
        return {"note": self.cleaned_data["note"]}


class EndForm(NoteForm):
    note = _reason("Stands on the page of the application, and of each app that loses access.")


class DeclineForm(NoteForm):
    unmet = forms.MultipleChoiceField(
        label="Checks that were not passed",
        required=False,
        choices=lambda: list(CHECKS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    note = _reason("Stands on the page of the application.")

    def clean_unmet(self) -> list[str]:
        unmet: list[str] = self.cleaned_data["unmet"]
        if not unmet and self.state != State.REGISTRATION:
            raise forms.ValidationError("Tick at least one: nothing else is a ground to decline.")
        return unmet

    @property
    def told(self) -> dict[str, Any]:
        return {**super().told, "unmet": self.cleaned_data["unmet"]}
