"""Makes the groups of staff; administrators put people into them on the accounts' pages."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.operations import groups


class Command(BaseCommand):
    help = "Makes the groups Front desk, App review, Auditor and Operations, or restores them."

    def handle(self, *args: Any, **options: Any) -> None:
        for group in groups.ensure():
            if options["verbosity"]:
                self.stdout.write(
                    f'The group "{group.name}" has its {group.permissions.count()} rights.'
                )
