"""Gives the role of web processes its rights; to be run after each migration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from qsmartcare import web_role


class Command(BaseCommand):
    help = f"Makes the database role {web_role.NAME} where it may, and gives it its rights."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            web_role.set_up()
        except web_role.NoRole as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"Web processes may connect with DATABASE_ROLE={web_role.NAME}.")
