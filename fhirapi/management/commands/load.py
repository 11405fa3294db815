"""Loads FHIR files of others: ``manage.py load folder/ patients.ndjson.gz bundle.json``."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from fhirapi.intake import run as intake
from fhirapi.intake.models import Load
from fhirapi.intake.piece import Result
from fhirapi.intake.reading import Options
from fhirapi.intake.sources import NothingToLoad, find

_SHOWN = 20  # rejects that the terminal shows; the report has all


class Command(BaseCommand):
    help = "Loads NDJSON files and FHIR Bundles. After an interruption the same command goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=Path,
            help="files or folders: *.ndjson, *.jsonl, *.json, each also with .gz",
        )  # fmt: skip
        parser.add_argument(
            "--ids", choices=["keep", "new"], default="keep",
            help="new: every resource gets a new id, and references follow (default: keep)",
        )  # fmt: skip
        parser.add_argument(
            "--existing", choices=["skip", "reject", "replace"], default="skip",
            help="what happens to a type and id that is stored; replace makes a new version "
            "where content differs (default: skip)",
        )  # fmt: skip
        parser.add_argument(
            "--unknown-types", choices=["reject", "skip"], default="reject",
            help="what happens to types that this server does not have (default: reject)",
        )  # fmt: skip
        parser.add_argument(
            "--validate", action="store_true",
            help="reject what does not have the form that FHIR gives its type",
        )  # fmt: skip
        parser.add_argument(
            "--rejects", type=Path, default=Path("load.rejects.ndjson"),
            help="where rejects are listed, if there are any (default: %(default)s)",
        )  # fmt: skip
        parser.add_argument(
            "--restart", action="store_true", help="forget where this load was interrupted"
        )
        parser.add_argument(
            "--forget", action="store_true",
            help="delete what interrupted loads have left behind, and load nothing",
        )  # fmt: skip
        parser.add_argument("--processes", type=int, default=None, help="default: one a core")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["forget"]:
            Load.objects.all().delete()
            return
        if not options["paths"]:
            raise CommandError("Name at least one file or folder.")
        how = Options(
            options["ids"], options["existing"], options["unknown_types"],
            is_validated=options["validate"],
        )  # fmt: skip
        try:
            files = find(options["paths"])
            with intake.begin(files, how, restart=options["restart"]) as load:
                self._load(load, options)
        except NothingToLoad as error:
            raise CommandError(str(error)) from error
        except intake.AlreadyRunning:
            raise CommandError("This load is running already, in another process.") from None

    def _load(self, load: intake.Begun, options: dict[str, Any]) -> None:
        if load.is_resumed:
            self.stdout.write("Going on where this load was interrupted.")
        began = time.monotonic()
        try:
            stored = _run(load, options["processes"])
        except KeyboardInterrupt:
            raise CommandError("Interrupted. The same command goes on from here.") from None
        totals = intake.totals(load)
        if totals.rejected:
            self._report(load, options["rejects"])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner must know what has just arrived
        intake.finish(load)
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{totals.stored} stored, {totals.replaced} replaced, {totals.skipped} skipped, "
            f"{totals.rejected} rejected in {seconds:.1f} s ({stored / seconds:.0f} resources/s)."
        )
        if totals.rejected:
            raise CommandError(f"{totals.rejected} rejected; all are in {options['rejects']}.")

    def _report(self, load: intake.Begun, path: Path) -> None:
        with path.open("w", encoding="utf-8") as report:
            for number, reject in enumerate(intake.rejects(load)):
                report.write(json.dumps(reject._asdict()) + "\n")
                if number < _SHOWN:
                    where = ", ".join(filter(None, [reject.file, reject.at, reject.resource]))
                    self.stderr.write(f"{where}: {reject.reason}")


def _run(load: intake.Begun, processes: int | None) -> int:
    """Shows how far it is; returns how many resources this run has written."""
    columns = (
        TextColumn("Loading"), BarColumn(), DownloadColumn(),
        TextColumn("{task.fields[resources]} resources, {task.fields[rejected]} rejected"),
        TimeRemainingColumn(),
    )  # fmt: skip
    resources = rejected = 0
    with Progress(*columns) as progress:
        size = sum(path.stat().st_size for path in load.files)
        task = progress.add_task("", total=size, resources=0, rejected=0)

        def show(result: Result) -> None:
            nonlocal resources, rejected
            resources += result.resources
            rejected += result.rejected
            progress.update(task, advance=result.size, resources=resources, rejected=rejected)

        intake.run(load, processes=processes, on_progress=show)
    return resources
