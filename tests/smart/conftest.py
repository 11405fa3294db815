"""Apps of the tests, and a server of theirs."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.smart import jwks


@pytest.fixture
def publisher(settings: Settings) -> Iterator[jwks.Publisher]:
    """Loopback may be asked for keys where things are tried out only."""
    settings.DEMO = True
    made, server = jwks.serve()
    yield made
    server.shutdown()
    server.server_close()
