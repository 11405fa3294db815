"""Table of contents of the portal's tables: imports, nothing else."""

from portal.accounts.models import Account, LetterSent, PinDevice, Recovery, Registration
from portal.team.models import TeamInvitation

__all__ = ["Account", "LetterSent", "PinDevice", "Recovery", "Registration", "TeamInvitation"]
