"""Audit records in plain words, told to the person who reads them.

A patient learns who opened the record and what was asked for. What else the other person did,
with which other patients and from which address, is not the reader's business.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk.in_portal import PORTAL
from fhirapi.definitions import registry
from portal.activity import kinds
from portal.activity.names import Names
from portal.activity.reader import Reader
from portal.activity.runs import Run

Action = AuditRecord.Action

_DEEDS: dict[str, str | Promise] = {
    Action.SERVICE: _("Asked what the service offers"),
    Action.TOKEN: _("Got an access token"),
    Action.REFRESH: _("Renewed an access token"),
    Action.REVOKE: _("Ended an access token"),
    Action.KEY_CREATE: _("Created an access key"),
    Action.KEY_CHANGE: _("Changed an access key"),
    Action.KEY_REVEAL: _("Looked at a SecretAccessKey"),
    Action.KEY_ROTATE: _("Gave an access key a new secret"),
    Action.PATIENT_SEARCH: _("Searched for patients"),
    Action.SIGN_IN: _("Signed in"),
    Action.SIGN_OUT: _("Signed out"),
    Action.REGISTER: _("Created the account"),
    Action.RECOVER: _("Chose a new password or PIN"),
    Action.LINK: _("Link between account and record changed"),
    Action.APPROVE: _("Account approved"),
    Action.CONSENT: _("Approved the access of an app"),
    Action.CONSENT_END: _("Ended the access of an app"),
    Action.LAUNCH: _("Opened an app"),
    Action.CLIENT_REGISTER: _("Registered an app"),
    Action.CLIENT_CHANGE: _("Changed an app"),
    Action.CLIENT_SECRET: _("Made or revoked a secret of an app"),
    Action.CLIENT_STATUS: _("Disabled or enabled an app"),
    Action.CLIENT_DELETE: _("Deleted an app"),
    Action.CLIENT_REVIEW: _("Review of an app"),
    Action.PARTNER: _("A step in the Partner program"),
    Action.EXPORT: _("Downloaded a record"),
    Action.BULK_EXPORT: _("Exported records"),
    Action.AUDIT_EXPORT: _("Downloaded this list"),
    Action.ACCOUNT_CHANGE: _("Changed the account"),
    Action.ACCOUNT_CLOSE: _("Closed the account"),
    Action.FACTOR: _("Added or removed a way to sign in"),
    Action.SESSION_END: _("Ended a session"),
    Action.TEAM: _("Changed who is on the team"),
    Action.INTROSPECT: _("Looked into a token"),
    Action.OPERATION: _("Worked at the operations desk"),
}


_WRITTEN: dict[str, str | Promise] = {
    Action.CREATE: _("Added: %(what)s"),
    Action.UPDATE: _("Changed: %(what)s"),
    Action.DELETE: _("Deleted: %(what)s"),
}
_TRIED: dict[str, str | Promise] = {
    Action.CREATE: _("Tried to add: %(what)s"),
    Action.UPDATE: _("Tried to change: %(what)s"),
    Action.DELETE: _("Tried to delete: %(what)s"),
}
# Refused, these are told as the try they were.
_TRIES: dict[str, str | Promise] = {
    Action.TOKEN: _("Asked for an access token"),
    Action.REFRESH: _("Asked to renew an access token"),
    Action.KEY_REVEAL: _("Asked to see a SecretAccessKey"),
    Action.CLIENT_SECRET: _("Asked for a secret of an app"),
    Action.BULK_EXPORT: _("Asked to export records"),
    Action.SIGN_IN: _("Tried to sign in"),
    Action.RECOVER: _("Tried to choose a new password or PIN"),
    Action.CONSENT: _("Denied an app the access it asked for"),
}
# Whoever fails at these has not shown to be the account's owner.
_UNPROVEN = {Action.TOKEN, Action.REFRESH, Action.SIGN_IN, Action.RECOVER}
_OF_APPS = {
    *kinds.READS,
    *kinds.WRITES,
    Action.SERVICE,
    Action.TOKEN,
    Action.REFRESH,
    Action.REVOKE,
}
_OF_THE_PRACTICE = {Action.LINK, Action.APPROVE}
_FEW_KINDS = 3


@dataclass(frozen=True)
class Entry:
    when: datetime
    since: datetime | None
    """When it began, if it was done many times."""
    what: str
    who: str
    app: str
    """The app or access key that did it, or that it was done to."""
    was_denied: bool
    address: str
    """Only of the reader's own doings."""


def entry(run: Run, reader: Reader, names: Names) -> Entry:
    is_own = run.account_id == reader.account.pk
    return Entry(
        when=run.ended,
        since=run.began if run.times > 1 else None,
        what=_what(run, reader, is_own),
        who=_who(run, names, is_own),
        app=app_in_words(run.client_id or "", names, is_own),
        was_denied=_was_denied(run),
        address=(run.address or "") if is_own else "",
    )


def app_in_words(client_id: str, names: Names, is_own: bool) -> str:
    if client_id == PORTAL:
        return gettext("This portal")
    if client_id not in names.keys:
        return names.apps.get(client_id, client_id)
    # Somebody else's label is their own note, and may name another patient.
    if not is_own:
        return gettext("An access key")
    label = names.keys[client_id]
    words = gettext("Access key %(id)s") % {"id": client_id}
    return words + (f" ({label})" if label else "")


def person_in_words(account_id: int, names: Names) -> str:
    if account_id not in names.people:
        return gettext("Somebody whose account is gone")
    name, part = names.people[account_id]
    name = name or gettext("An account without a name")
    if part == "provider":
        return gettext("%(name)s, provider") % {"name": name}
    return gettext("%(name)s, staff of the practice") % {"name": name} if part else name


def _was_denied(run: Run) -> bool:
    return run.outcome == AuditRecord.Outcome.DENIED


def _what(run: Run, reader: Reader, is_own: bool) -> str:
    of_whom = _of_whom(run, reader, is_own)
    if run.action in kinds.READS:
        return _read(run) + of_whom
    if run.action in kinds.WRITES:
        return _written(run) + of_whom
    if is_own and run.action == Action.PATIENT_SEARCH and not reader.account.is_provider:
        return gettext("Saw which records the account opens")
    deed = _TRIES.get(run.action) if _was_denied(run) else None
    if run.times > 1:
        return gettext("Searched for patients %(times)d times") % {"times": run.times} + of_whom
    words = deed or _DEEDS.get(run.action) or Action(run.action).label
    return f"{words}{of_whom if reader.wards else ''}"


def _read(run: Run) -> str:
    what = _types_in_words(run.types)
    if run.times > 1:
        return gettext("Read %(times)d times: %(what)s") % {"times": run.times, "what": what}
    if run.action == Action.READ:
        return gettext("Read: %(what)s") % {"what": what}
    return gettext("Searched: %(what)s") % {"what": what}


def _written(run: Run) -> str:
    words = _TRIED if _was_denied(run) else _WRITTEN
    what = str(words[run.action]) % {"what": _types_in_words(run.types)}
    if run.times > 1:
        return gettext("%(what)s, %(times)d times") % {"what": what, "times": run.times}
    return what


def _types_in_words(types: list[str]) -> str:
    if not types:
        return gettext("the record")
    found = [registry.find_readable(each) for each in types]
    words = [gettext(each.words) if each else name for each, name in zip(found, types, strict=True)]
    rest = len(words) - _FEW_KINDS
    if rest <= 1:
        return "; ".join(words)
    more = ngettext("and %(rest)d more kind", "and %(rest)d more kinds", rest) % {"rest": rest}
    return "; ".join([*words[:_FEW_KINDS], more])


def _of_whom(run: Run, reader: Reader, is_own: bool) -> str:
    """A provider who is her own patient reads many: of those it is not said that one is hers."""
    if run.opened and (not is_own or run.people == len(run.opened)):
        return f" ({', '.join(reader.whose(each) for each in run.opened)})"
    if not run.people or run.times > 1:
        return ""
    words = ngettext("%(people)d patient", "%(people)d patients", run.people)
    return f" ({words % {'people': run.people}})"


def _who(run: Run, names: Names, is_own: bool) -> str:
    if run.action in _OF_THE_PRACTICE:
        return gettext("The practice")
    if is_own and _was_denied(run) and run.action in _UNPROVEN:
        return gettext("Not known")
    if is_own:
        # Without an app it was done in the portal, by the person.
        by_app = run.client_id and run.action in _OF_APPS
        return gettext("Your app") if by_app else gettext("You")
    if run.account_id is None:
        return gettext("The system")
    return person_in_words(run.account_id, names)
