"""Table of contents of the portal's tables: imports, nothing else."""

from portal.accounts.factors.models import Authenticator, Passkey, RecoveryCode
from portal.accounts.models import Account, LetterSent, PinDevice, Recovery, Registration
from portal.accounts.own.models import EmailChange
from portal.accounts.sessions.models import SignedIn
from portal.operations.models import (
    ActivityTally,
    Announcement,
    Declined,
    Desk,
    JobRun,
    LetterFailure,
    TallyMark,
)
from portal.partners.models import (
    PartnerApplication,
    PartnerEvent,
    PartnerMessage,
    TermsAcceptance,
)
from portal.team.models import TeamInvitation

__all__ = [
    "Account", "ActivityTally", "Announcement", "Authenticator", "Declined", "Desk", "EmailChange",
    "JobRun", "LetterFailure", "LetterSent", "PartnerApplication", "PartnerEvent", "PartnerMessage",
    "Passkey", "PinDevice", "Recovery", "RecoveryCode", "Registration", "SignedIn", "TallyMark",
    "TeamInvitation", "TermsAcceptance",
]  # fmt: skip
