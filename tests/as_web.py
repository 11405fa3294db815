"""Requests of tests meet the database as those of the product do: as a role that owns nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.test import Client

from qsmartcare import web_role

_NOBODY = "SELECT set_config('qsmartcare.' || name, '', true) FROM unnest(%s::text[]) name"
_TOLD = ["grant", "account", "patients", "seen"]


@contextmanager
def as_web() -> Iterator[None]:
    """A test is one transaction, so what an earlier request was told is forgotten first."""
    if connection.connection is None or connection.needs_rollback:
        yield  # nobody has asked the database for anything
        return
    # Past Django, whose statements some tests count.
    connection.connection.execute(f"SET ROLE {web_role.NAME}")
    connection.connection.execute(_NOBODY, [_TOLD])
    try:
        yield
    finally:
        if not connection.needs_rollback and connection.connection is not None:
            connection.connection.execute("RESET ROLE")


def requests_of(client: type[Client]) -> Callable[..., Any]:
    """``Client.request``, as the web server makes it."""
    ask = client.request

    def request(self: Client, **environ: Any) -> Any:
        with as_web():
            return ask(self, **environ)

    return request
