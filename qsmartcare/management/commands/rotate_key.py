"""Brings stored secrets under the newest encryption key; --new makes one where we keep them."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fhirapi.smart.people.reencrypt import reencrypt, reencrypt_secrets
from fhirapi.smart.tokens.models import SigningKey
from portal.accounts.factors.models import Authenticator
from qsmartcare import env, keyring


class Command(BaseCommand):
    help = "Re-encrypts stored secrets with the first of ENCRYPTION_KEYS; may be repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--new",
            action="store_true",
            help="Only put a new key in front of those in DATA_DIR/keyring.json.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["new"]:
            self._add()
        else:
            self._reencrypt()

    def _add(self) -> None:
        if env.secret("ENCRYPTION_KEYS"):
            raise CommandError(
                "ENCRYPTION_KEYS is set from outside: put the new key in front of it there."
            )
        count = keyring.add_encryption_key(settings.DATA_DIR)
        self.stdout.write(
            f"There are {count} encryption keys now. Restart the product, so that every process "
            "knows the new one, and then run rotate_key without --new."
        )

    def _reencrypt(self) -> None:
        done = reencrypt_secrets()
        apps = reencrypt(Authenticator.objects.all(), "key_encrypted", name="user_id")
        signing = reencrypt(SigningKey.objects.all(), "private_encrypted", name="signs_from")
        done.changed += apps.changed + signing.changed
        done.unchanged += apps.unchanged + signing.unchanged
        self.stdout.write(
            f"{done.changed} secrets re-encrypted, {done.unchanged} were under the newest key "
            "already."
        )
        if done.unreadable:
            raise CommandError(
                f"None of ENCRYPTION_KEYS decrypts the secret of {len(done.unreadable)} access "
                f"keys, such as {done.unreadable[0]}: the key that encrypted it is missing. "
                "Put it back at the end of the list, or have the owners rotate their keys."
            )
        if apps.unreadable:
            raise CommandError(
                f"None of ENCRYPTION_KEYS decrypts the authenticator apps of "
                f"{len(apps.unreadable)} accounts, such as {apps.unreadable[0]}: put the missing "
                "key back at the end of the list, or have the owners set them up anew."
            )
        if signing.unreadable:
            raise CommandError(
                f"None of ENCRYPTION_KEYS decrypts {len(signing.unreadable)} signing keys: put the "
                "missing key back at the end of the list, or run rotate_signing_key --compromised."
            )
