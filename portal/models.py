"""Table of contents of the portal's tables: imports, nothing else."""

from portal.accounts.factors.models import Authenticator, Passkey, RecoveryCode
from portal.accounts.models import (
    Account,
    FailedSignIn,
    LetterSent,
    PinDevice,
    Recovery,
    Registration,
)
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
from portal.status.models import ComponentDay, ComponentState, Incident, IncidentUpdate
from portal.subscriptions.models import NoticeTold, Subscription
from portal.team.models import TeamInvitation

__all__ = [
    "Account", "ActivityTally", "Announcement", "Authenticator", "ComponentDay", "ComponentState",
    "Declined", "Desk", "EmailChange", "FailedSignIn", "Incident", "IncidentUpdate", "JobRun",
    "LetterFailure", "LetterSent", "NoticeTold", "PartnerApplication", "PartnerEvent",
    "PartnerMessage", "Passkey", "PinDevice", "Recovery", "RecoveryCode", "Registration",
    "SignedIn", "Subscription", "TallyMark", "TeamInvitation", "TermsAcceptance",
]  # fmt: skip
