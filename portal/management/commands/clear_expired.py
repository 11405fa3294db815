"""Deletes what has run out: sessions, tokens, codes, links, counts, what closed accounts leave."""

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from fhirapi.provider import expired as provider_api
from fhirapi.requestlog import models as request_log
from fhirapi.requestlog import rollup
from fhirapi.smart.clients import registration_limit, unused
from fhirapi.smart.tokens import clear
from fhirapi.smart.webhooks import deliver as webhooks
from portal.accounts import limits, lockout, recovery, registration
from portal.accounts.own import closing, email
from portal.operations import jobs, tally
from portal.operations.models import LetterFailure
from portal.partners import leaving
from portal.subscriptions.models import forget_unconfirmed
from portal.team import invitations

_FAILURES_KEPT = timedelta(days=30)


class Command(BaseCommand):
    help = "Deletes sessions, tokens, links and counters that have run out; run it once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        with jobs.running("clear_expired") as run:
            apps = _clear()
            run.detail = f"unused apps deleted: {apps}" if apps else ""
        if options["verbosity"]:
            self.stdout.write("What had run out is deleted.")


def _clear() -> int:
    """How many apps went that had registered themselves and were never used."""
    call_command("clearsessions", verbosity=0)
    clear.forget_expired()
    registration.forget_old()
    recovery.forget_old()
    limits.forget_old()
    email.forget_old()
    closing.forget_old()
    leaving.forget_old(closing.KEPT)
    registration_limit.forget_old()
    invitations.forget_old()
    forget_unconfirmed()
    rollup.roll_up()  # before the rows go
    request_log.forget_old()
    webhooks.forget_old()
    provider_api.forget_old()
    lockout.forget_old()
    LetterFailure.objects.filter(failed_at__lt=timezone.now() - _FAILURES_KEPT).delete()
    jobs.forget_old()
    tally.count_up()
    return unused.delete_unused()
