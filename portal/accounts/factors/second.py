"""What counts as the second factor wherever a PIN is asked for."""

import re
import secrets
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from portal.accounts.factors.models import Authenticator, Passkey, RecoveryCode
from portal.accounts.models import Account, PinDevice
from portal.accounts.tokens import digest, digests

RECOVERY_CODES = 10
_DIGITS = 12  # longer than any PIN, so that neither is taken for the other; 40 bits behind a lock


class Factor(StrEnum):
    PIN = "PIN"
    AUTHENTICATOR = "authenticator app"
    RECOVERY_CODE = "recovery code"
    PASSKEY = "passkey"


def is_second_factor(
    account: Account, device: PinDevice, typed: str, *, counts: bool = True
) -> Factor | None:
    """Which factor was typed; None for a wrong one.

    All share the throttle of the PIN: with one of its own each further factor would add tries.
    """
    used: list[Factor] = [Factor.PIN]

    def is_stand_in() -> bool:
        found = _stand_in(account, typed)
        used[:] = [found] if found else []
        return found is not None

    return used[0] if device.verify_pin(typed, counts=counts, otherwise=is_stand_in) else None


def _stand_in(account: Account, typed: str) -> Factor | None:
    code = re.sub(r"[\s-]", "", typed)
    if not (code.isascii() and code.isdigit()):
        return None
    if len(code) == Authenticator.DIGITS:
        app = authenticator_of(account)
        return Factor.AUTHENTICATOR if app and app.take(code) else None
    if len(code) == _DIGITS and _use_up(account, code):
        return Factor.RECOVERY_CODE
    return None


def authenticator_of(account: Account) -> Authenticator | None:
    found: Authenticator | None = Authenticator.objects.filter(user=account, confirmed=True).first()
    return found


def _use_up(account: Account, code: str) -> bool:
    unused = RecoveryCode.objects.filter(
        account=account, digest__in=digests(_digested(code)), used_at=None
    )
    return unused.update(used_at=timezone.now()) == 1


def codes_left(account: Account) -> int:
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


@transaction.atomic
def new_recovery_codes(account: Account) -> list[str]:
    """Replaces the old ones. Shown to the person now, kept as digests."""
    RecoveryCode.objects.filter(account=account).delete()
    codes = [f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}" for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account=account, digest=digest(_digested(code))) for code in codes
    )
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


@transaction.atomic
def remove_all(account: Account) -> bool:
    """Leaves the PIN alone: whoever had password and PIN may have added the others."""
    found = [model.objects.filter(user=account).delete()[0] for model in (Authenticator, Passkey)]
    RecoveryCode.objects.filter(account=account).delete()
    return any(found)


def _digested(code: str) -> str:
    return f"recovery code {code}"
