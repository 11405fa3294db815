"""The demo's accounts: some patients, a guardian, a provider and an administrator."""

import secrets
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.db.models import Count

from fhirapi.smart.models import RecordLink
from fhirapi.smart.people.links import link
from fhirapi.store.models import SearchRow
from portal.accounts.approval import approve_provider
from portal.accounts.create import create_account
from portal.accounts.models import Account
from portal.accounts.pin import check_new_pin, device_of, set_pin
from qsmartcare.demo import guardian
from qsmartcare.demo.population import JOHN_ID, REBECCA_ID, Person, practitioner
from qsmartcare.kept import Kept

PRACTITIONER_ID = "pr-1"
_USERNAMES = {
    "patient": "rebecca.larson",
    "patient2": "john.wright",
    "provider": "emily.carter",
    "guardian": "grace.miller",
    "many_labs": "sandbox.labs",
    "eldest": "sandbox.elder",
    "admin": "demo.admin",
}
_LEFT_FREE, _FEWEST_FREE = 10, 2
_UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"  # nobody reads l for 1 or o for 0


class NotTheDemos(Exception):
    """An account of this name exists, and this demo did not make it."""


@dataclass(frozen=True)
class Role:
    name: str
    """The key in demo.json."""
    role: str
    record: Person | None = None
    wards: tuple[Person, ...] = ()
    """Whose records a guardian opens."""

    @property
    def username(self) -> str:
        return _USERNAMES[self.name]

    @property
    def record_type(self) -> str:
        return "Practitioner" if self.role == "provider" else "Patient"


@dataclass(frozen=True)
class DemoAccount:
    """An account with what its person has to know."""

    role: Role
    account: Account
    password: str
    pin: str


def roles(patients: list[Person]) -> list[Role]:
    by_id = {each.id: each for each in patients}
    return [
        Role("patient", "patient", by_id[REBECCA_ID]),
        Role("patient2", "patient", by_id[JOHN_ID]),
        Role("provider", "provider", practitioner(PRACTITIONER_ID)),
        Role("guardian", "guardian", wards=guardian.wards(patients)),
        *_sandbox(patients),
        Role("admin", "admin"),
    ]


def _sandbox(patients: list[Person]) -> list[Role]:
    """Two more to sign in as. The first patients stay free for those who try out registration.

    Whoever was chosen once stays; nobody is chosen who is somebody's already.
    """
    by_id = {each.id: each for each in patients}
    linked = RecordLink.objects.filter(resource_type="Patient", revoked_at=None)
    owners = dict(linked.values_list("resource_id", "account__username"))
    kept = {owner: by_id[record] for record, owner in owners.items() if record in by_id}
    ours = {_USERNAMES["eldest"], _USERNAMES["many_labs"]}
    taken = {record for record, owner in owners.items() if owner not in ours}
    taken |= {each.id for each in guardian.wards(patients)}
    free = [
        each
        for each in patients[_LEFT_FREE:]
        if each.id not in taken and each.id not in (REBECCA_ID, JOHN_ID)
    ]
    if len(free) < _FEWEST_FREE:
        return []
    eldest = kept.get(_USERNAMES["eldest"]) or min(free, key=lambda each: each.birth_date)
    measured = kept.get(_USERNAMES["many_labs"]) or _most_measured(
        [each for each in free if each.id != eldest.id]
    )
    return [Role("many_labs", "patient", measured), Role("eldest", "patient", eldest)]


def _most_measured(people: list[Person]) -> Person:
    measured = SearchRow.objects.filter(
        resource_type="Observation", patient_id__in=[each.id for each in people]
    )
    counts = dict(measured.values_list("patient_id").annotate(Count("id")))
    return max(people, key=lambda each: (counts.get(each.id, 0), each.id))


def ensure_account(role: Role, kept: Kept) -> DemoAccount:
    account = Account.with_username(role.username).first()
    if account and f"{role.name}.password" not in kept:
        raise NotTheDemos(role.username)
    password = kept.get(f"{role.name}.password", _new_password)
    pin = kept.get(f"{role.name}.pin", lambda: _new_pin(_birth_date(role)))
    if account is None:
        account = _create(role, password, pin)
    else:
        _restore(account, password, pin)
    _link(account, role)
    return DemoAccount(role, account, password, pin)


def lock_accounts() -> None:
    """Nobody signs in any more with a password that a demo printed."""
    Account.objects.filter(username__in=_USERNAMES.values()).update(is_active=False)


def _create(role: Role, password: str, pin: str) -> Account:
    first_name, last_name = _name(role)
    return create_account(
        username=role.username,
        password=password,
        pin=pin,
        first_name=first_name,
        last_name=last_name,
        email=_email(role),
        birth_date=_birth_date(role),
        wants_patient=role.role in ("patient", "guardian"),
        wants_provider=role.role == "provider",
        is_staff=role.role == "admin",
        is_superuser=role.role == "admin",
    )


def _restore(account: Account, password: str, pin: str) -> None:
    """What demo.json says is true after every start, whatever was tried out in between."""
    if not account.is_active or not account.check_password(password):
        account.is_active = True
        account.set_password(password)
        account.save(update_fields=["is_active", "password"])
    device = device_of(account)
    if device is None or not check_password(pin, device.pin_hash):
        set_pin(account, pin)


def _link(account: Account, role: Role) -> None:
    if role.wards:
        guardian.stand_for(account, role.wards)
    if role.record is None:
        return
    if account.record_links.filter(resource_type=role.record_type, revoked_at=None).exists():
        return
    if role.role == "provider":
        approve_provider(account, role.record.id, by=None, method=RecordLink.Method.DEMO)
    else:
        link(account, "Patient", role.record.id, method=RecordLink.Method.DEMO)


def _name(role: Role) -> tuple[str, str]:
    if role.role == "guardian":
        return guardian.GIVEN, guardian.FAMILY
    return (role.record.given, role.record.family) if role.record else ("Demo", "Administrator")


def _email(role: Role) -> str:
    """The person's own, unless somebody has registered with it."""
    own = role.record.email if role.record else ""
    return own if own and not Account.with_email(own).exists() else f"{role.username}@demo.example"


def _birth_date(role: Role) -> date | None:
    if role.role == "guardian":
        return date.fromisoformat(guardian.BIRTH_DATE)
    is_patient = role.record is not None and role.role == "patient"
    return date.fromisoformat(role.record.birth_date) if role.record and is_patient else None


def _new_password() -> str:
    groups = ("".join(secrets.choice(_UNMISTAKABLE) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def _new_pin(birth_date: date | None) -> str:
    while True:
        pin = f"{secrets.randbelow(10**6):06}"
        try:
            check_new_pin(pin, birth_date)
        except ValidationError:
            continue
        return pin
