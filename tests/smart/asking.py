"""A code exchanged with whatever shows who asks, and the refusal of it."""

from typing import Any

from fhirapi.smart.models import AccessToken
from tests.people import Person
from tests.smart import flow
from tests.smart.apps import CALLBACK
from tests.smart.flow import App


def exchange(app: App, person: Person, headers: Any = None, **shown: str) -> Any:
    """With exactly these fields of authentication."""
    return app.post(
        "token", headers, grant_type="authorization_code", code=flow.code(app, person),
        redirect_uri=CALLBACK, code_verifier=flow.VERIFIER, **shown,
    )  # fmt: skip


def signed(app: App, person: Person, text: str, **more: str) -> Any:
    fields = {"client_assertion_type": flow.JWT_BEARER, "client_assertion": text, **more}
    return exchange(app, person, **fields)


def assert_refused(response: Any, error: str = "invalid_client") -> None:
    assert response.status_code in (400, 401)
    assert response.json()["error"] == error
    assert len(response.json()["error_description"]) > 10
    assert not AccessToken.objects.exists()
