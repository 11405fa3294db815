"""Table of contents of the portal's tables: imports, nothing else."""

from portal.accounts.models import Account, LetterSent, PinDevice, Recovery, Registration

__all__ = ["Account", "LetterSent", "PinDevice", "Recovery", "Registration"]
