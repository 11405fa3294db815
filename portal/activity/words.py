"""Audit records in plain words, told to the person who reads them.

A patient learns who opened the record and what was asked for. What else the other person did,
with which other patients and from which address, is not the reader's business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fhirapi.audit.models import AuditRecord
from fhirapi.definitions import registry
from fhirapi.smart.models import AccessKey, Client
from portal.accounts.models import Account

Action = AuditRecord.Action

_DEEDS: dict[str, str] = {
    Action.SERVICE: "Asked what the service offers",
    Action.TOKEN: "Got an access token",
    Action.REFRESH: "Renewed an access token",
    Action.REVOKE: "Ended an access token",
    Action.KEY_CREATE: "Created an access key",
    Action.KEY_CHANGE: "Changed an access key",
    Action.KEY_REVEAL: "Looked at a SecretAccessKey",
    Action.KEY_ROTATE: "Gave an access key a new secret",
    Action.PATIENT_SEARCH: "Searched for patients",
    Action.SIGN_IN: "Signed in",
    Action.SIGN_OUT: "Signed out",
    Action.REGISTER: "Created the account",
    Action.RECOVER: "Chose a new password or PIN",
    Action.LINK: "Link between account and record changed",
    Action.APPROVE: "Account approved",
    Action.CONSENT: "Approved the access of an app",
    Action.CONSENT_END: "Ended the access of an app",
    Action.LAUNCH: "Opened an app",
    Action.CLIENT_REGISTER: "Registered an app",
    Action.CLIENT_CHANGE: "Changed an app",
    Action.CLIENT_SECRET: "Made or revoked a secret of an app",
    Action.CLIENT_STATUS: "Disabled or enabled an app",
    Action.CLIENT_DELETE: "Deleted an app",
    Action.CLIENT_REVIEW: "Review of an app",
    Action.EXPORT: "Downloaded a record",
    Action.AUDIT_EXPORT: "Downloaded this list",
    Action.ACCOUNT_CHANGE: "Changed the account",
    Action.ACCOUNT_CLOSE: "Closed the account",
    Action.FACTOR: "Added or removed a way to sign in",
    Action.SESSION_END: "Ended a session",
    Action.TEAM: "Changed who is on the team",
    Action.INTROSPECT: "Looked into a token",
    Action.OPERATION: "Worked at the operations desk",
}


# Refused, these are told as the try they were.
_TRIES: dict[str, str] = {
    Action.TOKEN: "Asked for an access token",
    Action.REFRESH: "Asked to renew an access token",
    Action.KEY_REVEAL: "Asked to see a SecretAccessKey",
    Action.CLIENT_SECRET: "Asked for a secret of an app",
    Action.SIGN_IN: "Tried to sign in",
    Action.RECOVER: "Tried to choose a new password or PIN",
    Action.CONSENT: "Denied an app the access it asked for",
}
# Whoever fails at these has not shown to be the account's owner.
_UNPROVEN = {Action.TOKEN, Action.REFRESH, Action.SIGN_IN, Action.RECOVER}
_OF_APPS = {
    Action.READ,
    Action.SEARCH,
    Action.SERVICE,
    Action.TOKEN,
    Action.REFRESH,
    Action.REVOKE,
}
_OF_THE_PRACTICE = {Action.LINK, Action.APPROVE}
_AN_ACCESS_KEY = "An access key"


@dataclass(frozen=True)
class Reader:
    account: Account
    own_record: str | None


@dataclass(frozen=True)
class Entry:
    when: datetime
    what: str
    who: str
    app: str
    """The app or access key that did it, or that it was done to."""
    was_denied: bool
    address: str
    """Only of the reader's own doings."""


def entries(records: Sequence[AuditRecord], reader: Reader) -> list[Entry]:
    people = Account.objects.in_bulk({each.account_id for each in records if each.account_id})
    clients = Client.objects.filter(client_id__in={each.client_id for each in records})
    keys = AccessKey.objects.filter(access_key_id__in={each.client_id for each in records})
    apps = {str(each.client_id): str(each) for each in clients}
    labels = {each.access_key_id: each.label for each in keys}
    return [_entry(each, reader, people, apps, labels) for each in records]


def _entry(
    record: AuditRecord,
    reader: Reader,
    people: dict[int, Account],
    apps: dict[str, str],
    labels: dict[str, str],
) -> Entry:
    is_own = record.account_id == reader.account.pk
    client_id = record.client_id or ""
    if client_id in labels:
        app = _key_in_words(client_id, labels[client_id], is_own)
    else:
        app = apps.get(client_id, client_id)
    return Entry(
        when=record.recorded,
        what=_what(record, reader, is_own),
        who=_who(record, people, is_own),
        app=app,
        was_denied=record.outcome == AuditRecord.Outcome.DENIED,
        address=(record.address or "") if is_own else "",
    )


def _key_in_words(access_key_id: str, label: str, is_own: bool) -> str:
    # Somebody else's label is their own note, and may name another patient.
    if not is_own:
        return _AN_ACCESS_KEY
    return f"Access key {access_key_id}" + (f" ({label})" if label else "")


def _what(record: AuditRecord, reader: Reader, is_own: bool) -> str:
    if record.action not in (Action.READ, Action.SEARCH):
        was_denied = record.outcome == AuditRecord.Outcome.DENIED
        deed = _TRIES.get(record.action) if was_denied else None
        return deed or _DEEDS.get(record.action) or record.get_action_display()
    found = registry.find(record.resource_type or "")
    words = found.words if found else (record.resource_type or "the record")
    deed = "Read" if record.action == Action.READ else "Searched"
    return f"{deed}: {words}{_of_whom(record, reader, is_own)}"


def _of_whom(record: AuditRecord, reader: Reader, is_own: bool) -> str:
    opened = record.patient_ids or []
    if reader.own_record in opened and (not is_own or len(opened) == 1):
        return " (your record)"
    if not opened:
        return ""
    return f" ({len(opened)} patient{'' if len(opened) == 1 else 's'})"


def _who(record: AuditRecord, people: dict[int, Account], is_own: bool) -> str:
    was_denied = record.outcome == AuditRecord.Outcome.DENIED
    if record.action in _OF_THE_PRACTICE:
        return "The practice"
    if is_own and was_denied and record.action in _UNPROVEN:
        return "Not known"
    if is_own:
        return "Your app" if record.action in _OF_APPS else "You"
    person = people.get(record.account_id or 0)
    if person is None:
        return "Somebody whose account is gone" if record.account_id else "The system"
    name = person.display_name or "An account without a name"
    return f"{name}, provider" if person.wants_provider else name
