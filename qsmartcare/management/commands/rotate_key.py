"""Exchanges a key without downtime: announce, restart, use, restart, rotate, retire, restart.

What it has to renew is renewed without an option, which may be repeated. docs/operations/keys.md
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from qsmartcare import keyring, reencrypt
from qsmartcare.old_digests import left, renew_access_keys

_RESTART = "Restart every process, one after the other"
_SIGNED = "sessions, for SESSION_HOURS; links of letters, for as long as you want them to work"


class Command(BaseCommand):
    help = "Renews what older keys have made; with an option, exchanges the key itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "kind",
            nargs="?",
            default="encryption",
            choices=list(keyring.KINDS),
            help="secret: SECRET_KEY; encryption: ENCRYPTION_KEYS (so it is without); "
            "digest: DIGEST_KEYS.",
        )
        step = parser.add_mutually_exclusive_group()
        step.add_argument("--announce", action="store_true", help="Make the key that comes next.")
        step.add_argument("--use", action="store_true", help="Put the announced key in front.")
        step.add_argument("--retire", action="store_true", help="Throw the older keys away.")
        parser.add_argument(
            "--compromised",
            action="store_true",
            help="With --retire: even if something needs them still, which is lost then.",
        )

    def handle(self, *args: Any, kind: str, **options: Any) -> None:
        try:
            if options["announce"]:
                self._announce(kind)
            elif options["use"]:
                self._use(kind)
            elif options["retire"]:
                self._retire(kind, options["compromised"])
            else:
                self._renew(kind)
        except keyring.SetFromOutside:
            names = keyring.KINDS[kind].settings
            raise CommandError(
                f"{names[0]} is set from outside: take this step there. docs/operations/keys.md "
                "shows the order of the keys in each."
            ) from None

    def _announce(self, kind: str) -> None:
        keyring.announce(settings.DATA_DIR, keyring.KINDS[kind])
        _note(f"{kind} key announced")
        self.stdout.write(f"{_RESTART}, so that all know the new key; then --use.")

    def _use(self, kind: str) -> None:
        try:
            keyring.use(settings.DATA_DIR, keyring.KINDS[kind])
        except keyring.NothingAnnounced:
            raise CommandError("No key is announced: begin with --announce.") from None
        _note(f"{kind} key exchanged")
        self.stdout.write(f"{_RESTART}; then run this again without --use.")

    def _retire(self, kind: str, is_compromised: bool) -> None:
        if kind != "secret" and not is_compromised and (needed := _needed(kind)):
            raise CommandError(
                f"Older keys are needed still: {needed}. Wait, or add --compromised to lose that."
            )
        count = keyring.retire(settings.DATA_DIR, keyring.KINDS[kind])
        _note(f"{kind} keys thrown away: {count}")
        self.stdout.write(f"{count} older keys are gone. {_RESTART}, so that all forget them.")

    def _renew(self, kind: str) -> None:
        if kind == "encryption":
            self._reencrypt()
        elif kind == "digest":
            self.stdout.write(f"{renew_access_keys()} access keys renewed.")
        needed = _needed(kind)
        self.stdout.write(f"Older keys are needed for: {needed or 'nothing'}.")

    def _reencrypt(self) -> None:
        done = reencrypt.all_secrets()
        self.stdout.write(
            f"{done.changed} secrets re-encrypted, {done.unchanged} were under the newest key "
            "already."
        )
        if done.unreadable:
            raise CommandError("\n".join(done.unreadable))


def _needed(kind: str) -> str:
    """In words; empty where nothing needs an older key."""
    match kind:
        case "encryption":
            count = reencrypt.count_old()
            return f"{count} secrets" if count else ""
        case "digest":
            return ", ".join(f"{count} {what}" for what, count in left().items())
        case _:
            return _SIGNED if settings.SECRET_KEY_FALLBACKS else ""


def _note(detail: str) -> None:
    record(AuditRecord.Action.OPERATION, account_id=None, detail=detail, address=None)
