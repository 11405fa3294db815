"""Brings panels, rosters and the approvals that follow a list up to date."""

from typing import Any

from django.core.management.base import BaseCommand

from fhirapi.bulk.groups import kept
from portal.operations import jobs


class Command(BaseCommand):
    help = "Brings the lists of patients that the product keeps up to date; run it once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        with jobs.running("refresh_groups") as run:
            changed = kept.refresh()
            run.detail = f"lists changed: {changed}"
        if options["verbosity"]:
            self.stdout.write(f"Lists changed: {changed}.")
