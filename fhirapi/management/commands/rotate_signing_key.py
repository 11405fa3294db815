"""Exchanges the key that signs tokens; running processes take the new one on by themselves."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fhirapi.smart.tokens import rotation


class Command(BaseCommand):
    help = (
        "Makes the next signing key. It is published now and signs a quarter of an hour later; "
        "tokens of the one before stay good until they expire."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--compromised",
            action="store_true",
            help="The new key signs at once, and tokens that older ones signed are refused.",
        )
        parser.add_argument("--list", action="store_true", help="Only show which keys there are.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["list"]:
            try:
                rotation.rotate(is_compromised=options["compromised"])
            except rotation.NextKeyWaits as waits:
                raise CommandError(str(waits)) from None
        for each in rotation.shown():
            since = f"{each.signs_from:%Y-%m-%d %H:%M} UTC" if each.signs_from else "the beginning"
            kids = ", ".join(f"{algorithm} {kid}" for algorithm, kid in each.kids.items())
            self.stdout.write(f"{each.state:9} from {since}: {kids}")
