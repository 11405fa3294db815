"""Makes the group "Front desk"; administrators put staff into it on the accounts' pages."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts import front_desk


class Command(BaseCommand):
    help = "Makes the group of staff who approve accounts and link identities, or restores it."

    def handle(self, *args: Any, **options: Any) -> None:
        group = front_desk.ensure()
        if options["verbosity"]:
            self.stdout.write(
                f'The group "{group.name}" has its {group.permissions.count()} rights.'
            )
