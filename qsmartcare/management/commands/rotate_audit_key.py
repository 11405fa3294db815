"""Puts a new audit key in front of those that we keep; the older ones go on verifying."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from qsmartcare import env, keyring


class Command(BaseCommand):
    help = "Makes a new key for the audit trail, in DATA_DIR/keyring.json."

    def handle(self, *args: Any, **options: Any) -> None:
        if env.secret("AUDIT_KEYS"):
            raise CommandError("AUDIT_KEYS is set from outside: put the new key in front there.")
        count = keyring.add_audit_key(settings.DATA_DIR)
        record(AuditRecord.Action.OPERATION, detail="new audit key made")
        self.stdout.write(
            f"There are {count} audit keys now. Restart web servers and workers one after the "
            "other: each goes on with the new key from then on. Keep the older keys for as long "
            "as the records that they made are kept."
        )
