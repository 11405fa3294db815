"""Verifies the audit trail, or a file archived of it; exit code 1 where it is not whole."""

from argparse import ArgumentParser
from datetime import timedelta
from hashlib import file_digest
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhirapi.audit import archived, archiving, seals
from fhirapi.audit.findings import Findings, Kind
from fhirapi.audit.tip import Tip
from fhirapi.audit.verify import accept, verify

_SHOWN = 1_000


class Command(BaseCommand):
    help = (
        "Finds what was changed, removed, reordered or added in the audit trail past the product."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since", type=int, default=0, metavar="SEAL", help="Only what came after this seal."
        )
        parser.add_argument(
            "--seal",
            type=_tip,
            metavar="NUMBER-MAC",
            help="The last seal as an earlier verification told it: it has to be there still.",
        )
        parser.add_argument(
            "--restored",
            action="store_true",
            help="A backup was restored: the trail may end earlier than this machine knows.",
        )
        parser.add_argument("--archive", type=Path, metavar="FILE", help="Only this file.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["archive"]:
            self._archive(options["archive"])
            return
        since: int = options["since"]
        if since and seals.numbered(since) is None:
            raise CommandError(f"There is no seal {since}.")
        if options["restored"]:
            accept()
        begun = monotonic()
        result = verify(since=since, known=options["seal"])
        self._tell(result.findings)
        last = seals.last()
        self.stdout.write(
            f"{result.amount} records and {result.seals} seals verified in "
            f"{timedelta(seconds=round(monotonic() - begun))}, {result.unsealed} records newer "
            f"than the last seal; it is {last.tip() if last else 'none'}."
        )
        self._end(result.findings)

    def _archive(self, path: Path) -> None:
        try:
            findings = _checked(path)
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise CommandError(f"{path} cannot be read as an archive: {error}") from None
        self._tell(findings)
        self._end(findings)
        self.stdout.write(f"{path} is whole.")

    def _tell(self, findings: Findings) -> None:
        for number, each in enumerate(findings.told()):
            if number == _SHOWN:
                self.stdout.write(f"... and {findings.amount - _SHOWN} more.")
                return
            self.stdout.write(str(each))

    def _end(self, findings: Findings) -> None:
        if findings.amount:
            raise CommandError(f"The audit trail is not whole: {findings.amount} findings.")


def _checked(path: Path) -> Findings:
    known = next((each for each in archived.every() if each.file == path.name), None)
    before = archived.stands_for(known.first - 1) if known else None
    findings = archiving.check(path, follows=before)
    if known is not None:
        with path.open("rb") as file:
            if file_digest(file, "sha256").hexdigest() != known.sha256:
                findings.add(Kind.CHANGED, "the file is not the one that the trail tells of")
    return findings


def _tip(text: str) -> Tip:
    return Tip.of_text(text)
