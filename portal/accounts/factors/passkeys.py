"""Passkeys: making one and signing in with one. https://www.w3.org/TR/webauthn-3/

Each carries two factors: the device that has it, and the finger, face or code that the device asks
for (user verification, which we demand). So it needs neither password nor PIN.
"""

import json
import time
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from fhirapi.smart.names import name_of
from portal.accounts.factors.models import Passkey
from portal.accounts.models import Account

MOST = 10  # of one account
LIFETIME = 300  # seconds a challenge is good for
_REQUIRED = UserVerificationRequirement.REQUIRED


class NotVerified(Exception):
    """What the browser sent does not prove that the passkey is there."""


def are_possible() -> bool:
    """Not where people reach us by number: a passkey belongs to a name. WebAuthn 5.1.2"""
    try:
        ip_address(_host())
    except ValueError:
        return True
    return False


def passkeys_of(account: Account) -> list[Passkey]:
    return list(Passkey.objects.filter(user=account, confirmed=True).order_by("pk"))


def creation_options(account: Account, challenge: bytes) -> str:
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name="QSmartCare",
        user_id=_handle(account),
        user_name=account.username,
        user_display_name=account.display_name or account.username,
        challenge=challenge,
        timeout=LIFETIME * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=bytes(each.credential_id))
            for each in passkeys_of(account)
        ],
    )
    return webauthn.options_to_json(options)


def create(account: Account, name: str, answer: str, challenge: bytes) -> Passkey:
    """Raises NotVerified."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings.BASE_URL,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotVerified(str(error)) from None
    if Passkey.objects.filter(credential_id=made.credential_id).exists():
        raise NotVerified("known already")
    stored: Passkey = Passkey.objects.create(
        user=account,
        name=name,
        confirmed=True,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    return stored


def request_options(challenge: bytes) -> str:
    options = webauthn.generate_authentication_options(
        rp_id=_host(), challenge=challenge, timeout=LIFETIME * 1000, user_verification=_REQUIRED
    )
    return webauthn.options_to_json(options)


def named_in(answer: str) -> Passkey | None:
    """The passkey that an answer says to come from; nothing is proven yet."""
    try:
        credential_id = base64url_to_bytes(json.loads(answer)["id"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    known = Passkey.objects.filter(credential_id=credential_id, confirmed=True)
    found: Passkey | None = known.select_related("user").first()
    return found


def is_proven(passkey: Passkey, answer: str, challenge: bytes) -> bool:
    try:
        proof = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings.BASE_URL,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        handle = json.loads(answer)["response"].get("userHandle")
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError):
        return False
    # WebAuthn 7.2 step 6: without a username the answer itself names its owner.
    if handle != bytes_to_base64url(_handle(passkey.user)):
        return False
    # A count that does not grow is a copy; of two requests at once one has to lose.
    same = Passkey.objects.filter(pk=passkey.pk, sign_count=passkey.sign_count)
    moved = same.update(sign_count=proof.new_sign_count, last_used_at=timezone.now())
    return bool(moved == 1)


def new_challenge(session: SessionBase, purpose: str, **more: Any) -> bytes:
    """Good once, in this browser, for one purpose, and not for long."""
    challenge: bytes = webauthn.helpers.generate_challenge()
    until = int(time.time()) + LIFETIME
    session[f"passkey_{purpose}"] = {
        "challenge": bytes_to_base64url(challenge), "until": until, **more
    }  # fmt: skip
    return challenge


def take_challenge(session: SessionBase, purpose: str) -> tuple[bytes, dict[str, Any]] | None:
    kept = session.pop(f"passkey_{purpose}", None)
    if not kept or kept["until"] < time.time():
        return None
    return base64url_to_bytes(kept["challenge"]), kept


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or ""


def _handle(account: Account) -> bytes:
    """Names the account to the device without telling anybody who it is. WebAuthn 14.6.1"""
    return bytes.fromhex(name_of(f"passkey of account {account.pk}"))
