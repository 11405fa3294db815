"""What a load could not store, and why."""

from typing import NamedTuple


class Unusable(ValueError):
    """Why a resource cannot be stored; the text repeats nothing of it but its type and ids."""


class Reject(NamedTuple):
    file: str
    at: str
    """``line 5``, ``entry 7`` of a Bundle, or nothing for a file that is one resource."""
    resource: str
    """``Type/id``, as far as they are known."""
    reason: str
