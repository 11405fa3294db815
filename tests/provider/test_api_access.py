"""Who has the provider API at all, and how every refusal looks."""

from collections.abc import Callable
from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.provider import create as creating
from fhirapi.provider.problems import TYPES
from fhirapi.smart.models import AccessKey
from fhirapi.store.models import Content
from tests.api import Api
from tests.people import Person
from tests.provider.client import Partner, partner, problem, problem_of


def test_without_a_token_nothing_is_open(api: Api, practice: None) -> None:
    for path in ("problems", "problems/1", "changes", "webhooks"):
        response = api.http.get(f"/provider-api/v1/{path}")
        assert problem(response) == (401, "unauthorized")
        assert response["WWW-Authenticate"].startswith("Bearer ")
    altered = Partner(api, "a.b.c").get("problems")
    assert problem(altered) == (401, "unauthorized")


def test_a_key_that_may_not_write_does_not_have_this_api(api: Api, dr_grey: Person) -> None:
    reading = partner(api, dr_grey)
    assert reading.get("problems").status_code == 200
    AccessKey.objects.update(may_write=False)
    assert problem(reading.get("problems")) == (403, "forbidden")
    assert AuditRecord.objects.filter(outcome="denied").exists()


def test_scopes_about_one_patient_open_nothing(api: Api, dr_grey: Person) -> None:
    of_patient = partner(api, dr_grey, scope="patient/*.cruds")
    assert problem(of_patient.get("problems")) == (403, "forbidden")
    mixed = partner(api, dr_grey, scope="patient/*.cruds user/Observation.rs")
    assert problem(mixed.get("problems")) == (403, "forbidden")
    assert mixed.get("vitals").status_code == 200


def test_scopes_say_what_may_be_done(api: Api, dr_grey: Person) -> None:
    reader = partner(api, dr_grey, scope="user/Condition.rs")
    assert reader.get("problems").status_code == 200
    assert problem(reader.post("problems", problem_of())) == (403, "forbidden")
    assert problem(reader.get("vitals")) == (403, "forbidden")
    assert problem(reader.delete("problems/1")) == (403, "forbidden")
    assert not Content.objects.filter(resource_type="Condition").exists()


def test_a_key_that_is_switched_off_says_so(api: Api, dr_grey: Person, grey: Partner) -> None:
    AccessKey.objects.update(is_active=False)
    response = grey.get("problems")
    assert problem(response) == (401, "unauthorized")
    assert "inactive" in response.json()["detail"]


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda g: g.get("nothing"), (404, "not-found")),
        (lambda g: g.get("problems/a b"), (404, "not-found")),
        (lambda g: g.get("problems/1"), (404, "not-found")),
        (lambda g: g.send("PUT", "problems", {}), (405, "method")),
        (lambda g: g.post("claims", {}), (405, "method")),
        (lambda g: g.get("problems", accept="text/html"), (406, "not-acceptable")),
        (lambda g: g.post("problems", b"{"), (400, "malformed")),
        (lambda g: g.post("problems", b"[]"), (400, "malformed")),
        (lambda g: g.post("problems", b"\xff"), (400, "malformed")),
        (lambda g: g.post("problems", b'{"a":"\\ud800"}'), (400, "malformed")),
        (lambda g: g.post("problems", b'{"a":' * 100_000), (400, "malformed")),
        (lambda g: g.post("problems", {}, content_type="text/plain"), (415, "media-type")),
        (lambda g: g.post("problems", b" " * (5 * 1024 * 1024 + 1)), (413, "too-large")),
    ],
)
def test_every_refusal_is_a_problem(
    grey: Partner, ask: Callable[[Partner], Any], expected: tuple[int, str]
) -> None:
    assert problem(ask(grey)) == expected


def test_a_refusal_says_what_there_is(grey: Partner) -> None:
    assert grey.send("PUT", "problems", {})["Allow"] == "GET, POST"
    assert grey.post("claims", {})["Allow"] == "GET"
    response = grey.patch("problems/1", {}, "1", content_type="text/plain")
    assert response["Accept-Patch"].startswith("application/merge-patch+json")


def test_a_mistake_of_ours_has_a_reference_and_tells_nothing(
    grey: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(*_: Any) -> None:
        raise KeyError("Rebecca Larson")

    monkeypatch.setattr(creating, "to_fhir", stumble)
    response = grey.post("problems", problem_of())
    assert response.status_code == 500
    assert response.json()["instance"].startswith("urn:uuid:")
    assert b"Larson" not in response.content


def test_the_root_lists_the_collections_for_anybody(api: Api, db: None) -> None:
    response = api.http.get("/provider-api/v1/")
    listed = {each["name"]: each for each in response.json()["collections"]}
    assert response.status_code == 200
    assert listed["problems"]["url"].endswith("/provider-api/v1/problems")
    assert listed["claims"]["operations"] == ["list", "read"]
    assert problem(api.http.get("/provider-api/v1/nothing/at/all")) == (404, "not-found")


def test_the_types_of_problems_can_be_looked_up(api: Api, db: None) -> None:
    response = api.http.get("/provider-api/v1/problem-types")
    named = {each["type"].partition("#")[2] for each in response.json()["problems"]}
    assert named == set(TYPES)


def test_a_key_writes_only_for_the_patients_that_it_names(api: Api, dr_grey: Person) -> None:
    narrow = partner(api, dr_grey, patient_ids=["142859"])
    assert problem(narrow.post("problems", problem_of("142860"))) == (403, "forbidden")
    assert narrow.post("problems", problem_of()).status_code == 201
