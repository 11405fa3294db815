"""Brings an installation's data to the state its code needs; `make run` starts it as a process."""

import os
from io import StringIO

import django
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from qsmartcare import env, web_role
from qsmartcare.progress import complain, console, step

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qsmartcare.settings")
try:
    django.setup()
except env.BadSetting as bad_setting:
    complain(str(bad_setting))
    raise SystemExit(2) from None

from django.conf import settings

from fhirapi.store import index_state
from fhirapi.store.reindex import count as count_stored
from fhirapi.store.reindex import reindex
from qsmartcare.demo.document import NotADemoDatabase, close, install
from qsmartcare.demo.people import NotTheDemos
from qsmartcare.demo.population import (
    generate_missing,
    is_generated,
    may_generate,
    size_of,
)
from qsmartcare.welcome import unpublished

_FEWEST_PATIENTS = 2  # Rebecca Larson and John Wright


def prepare() -> None:
    count = env.number("PATIENTS", 50)
    if settings.DEMO and count < _FEWEST_PATIENTS:
        raise env.BadSetting(f"PATIENTS must be at least {_FEWEST_PATIENTS} for the demo.")
    settings.EMAIL_FILE_PATH.mkdir(exist_ok=True)
    settings.EMAIL_FILE_PATH.chmod(0o700)  # letters hold links that open accounts
    call_command("collectstatic", interactive=False, verbosity=0)
    with step("Bringing the database up to date"):
        call_command("check", stdout=StringIO())
        call_command("migrate", interactive=False, verbosity=0)
        try:
            web_role.set_up()
        except web_role.NoRole as problem:
            complain(f"Rows are not kept apart in the database yet. {problem}")
        call_command("create_staff_groups", verbosity=0)
        call_command("clear_expired", verbosity=0)
    if stale := index_state.stale():
        total = count_stored(stale)
        with step("Renewing the search index") as tell:
            reindex(stale, on_progress=lambda done: tell(f"{done} of {total} resources"))
    if count and not is_generated() and may_generate():
        with step(f"Generating {size_of(count)} synthetic patients") as tell:
            generate_missing(count, tell)
    call_command("refresh_groups", verbosity=0)
    if settings.DEMO:
        with step("Preparing the demo accounts"):
            install(settings.DATA_DIR, unpublished(settings.DATA_DIR))
    else:
        close(settings.DATA_DIR)


def main() -> int:
    try:
        prepare()
    except NotADemoDatabase:
        console.print(
            "This database holds other than synthetic patients: there are no demo accounts here."
        )
    except NotTheDemos as problem:
        complain(
            f"The database has an account {problem} that this demo did not make: start with "
            "DEMO=0, or with an empty database."
        )
        return 2
    except (env.BadSetting, CommandError) as problem:
        complain(str(problem))
        return 2
    except DatabaseError as problem:
        complain(f"The database refused to be prepared: {str(problem).splitlines()[0]}")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
