"""What the API answers is what its description says: requests of all kinds, made from it.

https://schemathesis.readthedocs.io - some requests are right by the description, some are not;
none of them may be answered with a server error, or with anything that is not described.
"""

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks

from fhirapi.provider.openapi import description
from tests.inside import Inside
from tests.provider.client import Partner

_EXAMPLES = 2
"""Of an operation: there are some three hundred operations."""
_CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
_BASE = "http://localhost/provider-api/v1"
_SCHEMA: Any = schemathesis.openapi.from_dict(description())


def _by_tag() -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in _SCHEMA.get_all_operations():
        operation = each.ok()
        found.setdefault(operation.tags[0], []).append(operation)
    return found


_OPERATIONS = _by_tag()


@pytest.fixture
def session(grey: Partner) -> requests.Session:
    made = requests.Session()
    made.mount("http://", Inside(grey.http))
    made.headers["Authorization"] = f"Bearer {grey.token}"
    return made


@pytest.mark.parametrize("tag", _OPERATIONS)
def test_operations_answer_as_they_are_described(tag: str, session: requests.Session) -> None:
    for operation in _OPERATIONS[tag]:
        _try(operation, session)


def _try(operation: Any, session: requests.Session) -> None:
    @settings(
        max_examples=_EXAMPLES,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        case.call_and_validate(base_url=_BASE, session=session, checks=_CHECKS)

    answers()
