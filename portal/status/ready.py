"""Whether this process can serve: the database answers, and has this code's tables and rows."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from fhirapi.store import index_state

# Remembered once true: migrations are not taken back below a running process, and it declares
# nothing anew.
_is_known_migrated = False
_is_known_indexed = False


def reasons_against() -> list[str]:
    """Nothing: it can. The texts are for operators."""
    try:
        _ask_database()
        if not _has_migrated():
            return ["The database lacks migrations: manage.py migrate."]
        return _incomplete_searches()
    except DatabaseError:
        return ["The database does not answer."]


def _ask_database() -> None:
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        # The kept connection may be from before the database restarted: once more, with a new one.
        connection.close()
        connection.ensure_connection()


def _has_migrated() -> bool:
    global _is_known_migrated
    if not _is_known_migrated:
        executor = MigrationExecutor(connection)
        _is_known_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _is_known_migrated


def _incomplete_searches() -> list[str]:
    global _is_known_indexed
    stale = [] if _is_known_indexed else index_state.stale()
    _is_known_indexed = not stale
    if not stale:
        return []
    types = ", ".join(each.name for each in stale)
    return [f"Searches of {types} would be incomplete: manage.py reindex --stale."]
