"""A body that cannot be read is a refused change: the trail tells of it, nothing of the body."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from tests.api import Api, Session
from tests.people import Person
from tests.provider.client import Partner, problem_of

SECRET = b'{"resourceType":"Observation","note":"Rebecca Larson"'
CASES = {"unreadable": 400, "unsupported": 415, "large": 413}
FHIR = {
    "POST Observation": ("create", "Observation", None),
    "PUT Observation/o": ("update", "Observation", "o"),
    "PUT Observation?code=1": ("update", "Observation", None),
    "PATCH Observation/o": ("update", "Observation", "o"),
    "PATCH Observation?code=1": ("update", "Observation", None),
    "POST ": ("update", None, None),
}
FLAT = {
    "POST problems": ("create", "Condition", None),
    "POST problems/bulk": ("update", "Condition", None),
    "PUT problems/p": ("update", "Condition", "p"),
    "PATCH problems/p": ("update", "Condition", "p"),
    "POST documents/upload": ("create", None, None),
}


def told() -> list[Any]:
    found = AuditRecord.objects.filter(outcome="denied")
    assert "Larson" not in str(list(found.values()))
    return list(found.values_list("action", "resource_type", "resource_id", "account_id", "detail"))


@pytest.mark.parametrize(("case", "status"), CASES.items())
@pytest.mark.parametrize(("request_", "named"), FHIR.items())
def test_over_fhir(
    grey: Session,
    dr_grey: Person,
    settings: Any,
    request_: str,
    named: tuple[str, str | None, str | None],
    case: str,
    status: int,
) -> None:
    method, _, path = request_.partition(" ")
    if case == "large":
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    content_type = "text/csv" if case == "unsupported" else "application/fhir+json"
    response = grey.send(method, path, SECRET, content_type)
    assert response.status_code == status
    assert told() == [(*named, dr_grey.account.pk, f"refused: {status}")]


@pytest.mark.parametrize(
    ("request_", "named", "case", "status"),
    [
        (request, named, case, status)
        for request, named in FLAT.items()
        for case, status in CASES.items()
        if (request, case) != ("POST documents/upload", "unreadable")  # a file is not read
    ],
)
def test_over_the_provider_api(
    api: Api,
    grey: Session,
    dr_grey: Person,
    settings: Any,
    request_: str,
    named: tuple[str, str | None, str | None],
    case: str,
    status: int,
) -> None:
    method, _, path = request_.partition(" ")
    if case == "large":
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
    types = {"content_type": "text/csv"} if case == "unsupported" else {}
    if path.endswith("upload") and case == "large":
        types = {"content_type": "application/pdf"}
    match = {"if_match": '"1"'} if path.endswith("/p") else {}
    partner = Partner(api, grey.token)
    response = partner.send(method, path, SECRET, **types, **match)
    assert response.status_code == status
    assert told() == [(*named, dr_grey.account.pk, f"refused: {status}")]


def test_a_record_with_a_wrong_field(api: Api, grey: Session, dr_grey: Person) -> None:
    response = Partner(api, grey.token).post("problems", problem_of(nonsense="Larson"))
    assert response.status_code == 422
    named = ("create", "Condition", None, dr_grey.account.pk)
    assert told() == [(*named, "refused: 422")]


def test_a_reader_is_told_of_nothing_new(api: Api, grey: Session) -> None:
    assert Partner(api, grey.token).get("problems?nonsense=1").status_code == 400
    assert told() == []
