"""What is going to end: since when nobody should use it, until when it works, what to use instead.

Every address that a row names answers with ``Deprecation`` (RFC 9745), ``Sunset`` (RFC 8594) and
links; the portal's Changes page tells the rows. None is deprecated now.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property


@dataclass(frozen=True)
class Deprecation:
    key: str
    """Its place on the page, and what letters about it are called by."""
    what: Mapping[str, str]
    """In a sentence, by language: ``en`` and ``es``."""
    instead: Mapping[str, str]
    addresses: str
    """A regular expression that their paths match as a whole."""
    since: datetime
    """From when it is deprecated, with its time zone; may be to come."""
    ends: datetime | None = None
    """When it stops to work; None: that is not decided."""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.addresses)


DEPRECATIONS: tuple[Deprecation, ...] = ()


def of_address(path: str) -> Deprecation | None:
    """Asked with every request: as long as there are no rows it costs nothing."""
    for each in DEPRECATIONS:
        if each.pattern.fullmatch(path):
            return each
    return None
