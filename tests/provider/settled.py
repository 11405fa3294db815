"""Waits until the change feed may tell everything that was committed before."""

import time

from fhirapi.sql import fetch
from fhirapi.store.changes import now


def settle() -> None:
    """A transaction of another database may hold it back for the moment in which it begins."""
    [(before,)] = fetch("SELECT pg_current_xact_id()::text::bigint")
    for _ in range(1200):
        if now()[0].written_in > before:
            return
        time.sleep(0.05)
    raise AssertionError("A transaction does not end.")
