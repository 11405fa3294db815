"""Moves audit records that need not be at hand any longer to a file. Nothing calls it by itself."""

from argparse import ArgumentParser
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fhirapi.audit import archiving, sealing
from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.audit.tip import TrailLost


class Command(BaseCommand):
    help = (
        "Moves audit records that were sealed before a day to a file, verified, with their seals."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--before",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="Without it: AUDIT_YEARS ago. Not later than that.",
        )
        parser.add_argument("--to", type=Path, required=True, metavar="FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        latest = years_ago(timezone.localdate(), settings.AUDIT_YEARS)
        before: date = options["before"] or latest
        folder: Path = options["to"]
        if before > latest:
            raise CommandError(
                f"Records are kept for AUDIT_YEARS={settings.AUDIT_YEARS} years: --before can be "
                f"{latest} at the latest."
            )
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        self._archive(timezone.make_aware(datetime.combine(before, time.min)), folder)

    def _archive(self, before: datetime, folder: Path) -> None:
        try:
            sealing.seal_all()
            until = archiving.last_before(before)
            if until is None:
                self.stdout.write(f"Nothing was sealed before {before:%Y-%m-%d}.")
                return
            made = archiving.archive(until, folder)
        except (TrailLost, archiving.CannotArchive, OSError) as error:
            raise CommandError(f"Nothing was archived. {error}") from None
        record(
            AuditRecord.Action.OPERATION,
            detail=f"audit records archived: {made.amount}, up to seal {made.last.number}",
        )
        self.stdout.write(
            f"{made.amount} records, seals {made.first} to {made.last.number}: {made.file}, "
            f"SHA-256 {made.sha256}"
        )


def years_ago(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # February 29
        return day.replace(year=day.year - years, day=28)
