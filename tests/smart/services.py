"""Backend services of the tests, and what they ask."""

from typing import Any

from fhirapi.smart.models import Client
from tests.smart import flow
from tests.smart.apps import app as registered
from tests.smart.flow import App


def service(algorithm: str = "ES384", **changes: Any) -> App:
    told = {"jwks": {"keys": [flow.key_pair(algorithm)[1]]}, **changes}
    return App(registered(None, Client.Kind.BACKEND, **told), algorithm=algorithm)


def ask(app: App, scope: str = "system/*.rs", **fields: str) -> Any:
    return app.ask(grant_type="client_credentials", scope=scope, **fields)
