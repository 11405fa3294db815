"""Table of contents of the portal's admin pages: imports, nothing else."""

from portal.accounts.admin import AccountAdmin, RegistrationAdmin

__all__ = ["AccountAdmin", "RegistrationAdmin"]
