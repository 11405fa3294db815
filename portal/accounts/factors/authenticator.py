"""Joining an authenticator app to an account and parting them again.

The address an app reads from the picture: https://github.com/google/google-authenticator/wiki/Key-Uri-Format
"""

import base64
import io
import secrets
from datetime import timedelta
from urllib.parse import quote, urlencode

import segno
from django.db import transaction
from django.utils import timezone

from fhirapi.encryption import encrypt
from portal.accounts.factors.models import Authenticator, RecoveryCode
from portal.accounts.factors.second import new_recovery_codes
from portal.accounts.models import Account

_KEY_BYTES = 20  # RFC 4226 section 4, R6
_SET_UP = timedelta(minutes=30)
_ISSUER = "QSmartCare"


@transaction.atomic
def begin(account: Account) -> Authenticator:
    """One that opens nothing until a code has confirmed it; an earlier try is forgotten."""
    Authenticator.objects.filter(user=account, confirmed=False).delete()
    made: Authenticator = Authenticator.objects.create(
        user=account,
        name="Authenticator app",
        confirmed=False,
        key_encrypted=encrypt(secrets.token_bytes(_KEY_BYTES).hex()),
    )
    return made


def begun(account: Account) -> Authenticator | None:
    since = timezone.now() - _SET_UP
    waiting = Authenticator.objects.filter(user=account, confirmed=False, created_at__gt=since)
    found: Authenticator | None = waiting.first()
    return found


@transaction.atomic
def confirm(app: Authenticator, code: str) -> list[str] | None:
    """The recovery codes, to be shown once; None: the code is not the app's."""
    if not (code.isascii() and code.isdigit() and len(code) == app.DIGITS and app.take(code)):
        return None
    app.confirmed = True
    app.save(update_fields=["confirmed"])
    return new_recovery_codes(app.user)


@transaction.atomic
def remove(account: Account) -> None:
    """With the codes that stand in for it."""
    Authenticator.objects.filter(user=account).delete()
    RecoveryCode.objects.filter(account=account).delete()


def key_in_words(app: Authenticator) -> str:
    """The key as people type it who cannot scan: base32 in groups of four."""
    text = base64.b32encode(app.key).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def picture(app: Authenticator) -> str:
    """The QR code as SVG, dark on light in both colour schemes: not every reader takes others."""
    code = segno.make(_address(app), error="m", micro=False)
    written = io.BytesIO()
    code.save(
        written, kind="svg", xmldecl=False, svgns=True, scale=4, border=4, light="white",
        title="QR code for the authenticator app", svgclass="qr", lineclass=None, omitsize=False,
    )  # fmt: skip
    return written.getvalue().decode()


def _address(app: Authenticator) -> str:
    label = quote(f"{_ISSUER}:{app.user.username}")
    secret = key_in_words(app).replace(" ", "")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': _ISSUER})}"
