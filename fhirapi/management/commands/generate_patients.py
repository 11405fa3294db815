"""Generates synthetic patients: ``manage.py generate_patients --count 1000 --seed 1``."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fhirapi.store.load import AlreadyStored
from fhirapi.synthetic.generate import generate


class Command(BaseCommand):
    help = "Fills the store with made-up patients; the same seed gives the same patients."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=50, help="how many patients")
        parser.add_argument("--seed", type=int, default=1, help="which population")
        parser.add_argument("--start", type=int, default=0, help="index of the first patient")
        parser.add_argument("--processes", type=int, default=None, help="default: one a core")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["count"] < 0 or options["start"] < 0:
            raise CommandError("--count and --start must not be negative.")
        began = time.monotonic()
        columns = (
            TextColumn("Generating patients"), BarColumn(), MofNCompleteColumn(),
            TextColumn("{task.fields[resources]} resources"), TimeRemainingColumn(),
        )  # fmt: skip
        with Progress(*columns) as progress:
            task = progress.add_task("", total=options["count"], resources=0)
            try:
                stored = generate(
                    options["count"], options["seed"],
                    start=options["start"], processes=options["processes"],
                    on_progress=lambda patients, resources: progress.update(
                        task, completed=patients, resources=resources
                    ),
                )  # fmt: skip
            except AlreadyStored as error:
                raise CommandError(
                    "These patients are already stored. Use --start to add more of them."
                ) from error
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner must know what has just arrived
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{options['count']} patients, {stored} resources in {seconds:.1f} s "
            f"({stored / seconds:.0f} resources/s)."
        )
