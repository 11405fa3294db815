"""Makes search rows anew: ``manage.py reindex --type Condition --param onset-date``."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.store import index_state
from fhirapi.store.reindex import count, reindex


class Command(BaseCommand):
    help = "Rebuilds everything derived from content from the declarations, while the server runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--type", help="only this resource type")
        parser.add_argument(
            "--param",
            help="the search parameter that is new or has changed; needs --type. A row holds all "
            "parameters of its resource together, so whole rows are made anew",
        )
        parser.add_argument("--processes", type=int, default=None, help="default: one a core")

        parser.add_argument(
            "--stale", action="store_true",
            help="only the types whose declaration has changed since they were indexed",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = _chosen(options["type"], options["param"])
        if options["stale"]:
            stale = index_state.stale()
            chosen = [each for each in chosen if each in stale]
        began = time.monotonic()
        columns = (
            TextColumn("Reindexing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        with Progress(*columns) as progress:
            task = progress.add_task("", total=count(chosen))
            done = reindex(
                chosen, processes=options["processes"],
                on_progress=lambda resources: progress.update(task, completed=resources),
            )  # fmt: skip
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{done.count} resources in {seconds:.1f} s ({done.count / seconds:.0f} resources/s)."
        )
        if done.failed:
            raise CommandError(
                f"{len(done.failed)} could not be indexed and stay as they were: "
                + ", ".join(done.failed[:20])
            )


def _chosen(type_name: str | None, code: str | None) -> list[ResourceType]:
    if type_name is None:
        if code:
            raise CommandError("--param needs --type.")
        return list(registry.every())
    resource_type = registry.find(type_name)
    if resource_type is None:
        raise CommandError(f"There is no resource type '{type_name}'.")
    if code and resource_type.parameter(code) is None:
        raise CommandError(f"{type_name} has no search parameter '{code}'.")
    return [resource_type]
