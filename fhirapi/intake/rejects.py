"""What a load could not store, and why."""

from typing import NamedTuple

from fhirapi.outcomes import Problem


class Unusable(ValueError):
    """Why a resource cannot be stored; the text repeats nothing of it but its type and ids."""

    def __init__(self, reason: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(reason)
        self.problems = problems
        """The same element by element, where validation found it."""


class _Told(NamedTuple):
    file: str
    at: str
    """``line 5``, ``entry 7`` of a Bundle, or nothing for a file that is one resource."""
    resource: str
    """``Type/id``, as far as they are known."""
    reason: str


class Reject(_Told):
    problems: tuple[Problem, ...] = ()
    """What the reason is made of, where that is known element by element."""

    def made_of(self, problems: tuple[Problem, ...]) -> "Reject":
        self.problems = problems
        return self
