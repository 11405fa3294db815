"""The actions of the trail in groups: what the tabs and the filter of the page are made of."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhirapi.audit.models import AuditRecord

Action = AuditRecord.Action

READS = (Action.READ, Action.SEARCH)
"""Of these an app makes many in a row; they are told as one, whichever of them."""
WRITES = (Action.CREATE, Action.UPDATE, Action.DELETE)
"""So it is with these, each by itself."""
_FILES = (Action.EXPORT, Action.BULK_EXPORT)
_OPENS = (*READS, *WRITES, *_FILES, Action.PATIENT_SEARCH, Action.LAUNCH)
_SECURITY = (
    Action.SIGN_IN, Action.SIGN_OUT, Action.REGISTER, Action.RECOVER, Action.ACCOUNT_CHANGE,
    Action.ACCOUNT_CLOSE, Action.FACTOR, Action.SESSION_END, Action.APPROVE, Action.LINK,
)  # fmt: skip

EVERYTHING, RECORD, OWN, SECURITY = "all", "record", "own", "security"
TABS: dict[str, str | Promise] = {
    EVERYTHING: _("Everything"),
    RECORD: _("Who opened my record"),
    OWN: _("My own doings"),
    SECURITY: _("Sign-ins and security"),
}
OF_TAB: dict[str, tuple[Action, ...]] = {RECORD: _OPENS, SECURITY: _SECURITY}
"""Tabs that are not here show every action."""

DONE: dict[str, tuple[str | Promise, tuple[Action, ...]]] = {
    "opened": (_("Read or searched data"), READS),
    "changed": (_("Added, changed or deleted data"), WRITES),
    "listed": (_("Looked for patients"), (Action.PATIENT_SEARCH,)),
    "downloaded": (_("Downloaded"), (*_FILES, Action.AUDIT_EXPORT)),
    "tokens": (
        _("Access tokens"),
        (Action.TOKEN, Action.REFRESH, Action.REVOKE, Action.INTROSPECT, Action.SERVICE),
    ),
    "apps": (_("Access of apps"), (Action.CONSENT, Action.CONSENT_END, Action.LAUNCH)),
    "keys": (
        _("Access keys"),
        (Action.KEY_CREATE, Action.KEY_CHANGE, Action.KEY_REVEAL, Action.KEY_ROTATE),
    ),
    "security": (_("Sign-ins and security"), _SECURITY),
    "own-apps": (
        _("Apps of your own"),
        (
            Action.CLIENT_REGISTER, Action.CLIENT_CHANGE, Action.CLIENT_SECRET,
            Action.CLIENT_STATUS, Action.CLIENT_DELETE, Action.CLIENT_REVIEW,
        ),
    ),
    "partners": (_("Partner program"), (Action.PARTNER,)),
    "team": (_("Team"), (Action.TEAM,)),
}  # fmt: skip
