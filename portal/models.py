"""Table of contents of the portal's tables: imports, nothing else."""

from portal.accounts.models import Account, LetterSent, PinDevice, Recovery, Registration
from portal.operations.models import (
    ActivityTally,
    Announcement,
    Declined,
    Desk,
    JobRun,
    LetterFailure,
    TallyMark,
)

__all__ = [
    "Account",
    "ActivityTally",
    "Announcement",
    "Declined",
    "Desk",
    "JobRun",
    "LetterFailure",
    "LetterSent",
    "PinDevice",
    "Recovery",
    "Registration",
    "TallyMark",
]
