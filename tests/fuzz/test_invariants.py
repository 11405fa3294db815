"""The net catches what it is made for, and nothing else."""

import pytest

from tests.fuzz.invariants import SLOWEST, Invariants
from tests.fuzz.sending import Answer, Request
from tests.fuzz.world import Asker, Record

WORD = "zq" + "ab" * 8
REBECCA = Asker("patient", frozenset({"142859"}))
EVERYBODY = Asker("service", None)
FHIR = {"content-type": "application/fhir+json"}
OUTCOME = b'{"resourceType":"OperationOutcome","issue":[{"code":"value"}]}'
NET = Invariants([Record("142859", "9999094", "zq" + "cd" * 8), Record("142860", "9999097", WORD)])


def rules(
    answer: Answer, path: str = "/R4-patient-api/Patient", asker: Asker = REBECCA, logged: str = ""
) -> list[str]:
    return [each.rule for each in NET.broken(asker, Request("GET", path), answer, logged)]


def answer(
    body: bytes, status: int = 200, seconds: float = 0.0, headers: dict[str, str] = FHIR
) -> Answer:
    return Answer(status, headers, body, seconds)


def test_an_answer_as_it_should_be_breaks_nothing() -> None:
    assert rules(answer(b'{"id":"142859","value":"9999094"}')) == []
    assert rules(answer(OUTCOME, 400)) == []


@pytest.mark.parametrize(
    "body",
    [WORD.encode(), b'{"reference":"Patient/142860"}', b'"142860-obs-7"', b"<td>9999097</td>"],
)
def test_what_is_another_patients_is_a_leak(body: bytes) -> None:
    assert rules(answer(body)) == ["leak"]
    assert rules(answer(body), asker=EVERYBODY) == []


def test_what_the_client_has_said_itself_is_none() -> None:
    told = answer(OUTCOME.replace(b"value", b"Patient/142860 was not found"), 404)
    assert rules(told, "/R4-patient-api/Patient/142860") == []
    assert rules(told, "/R4-patient-api/Patient/142861") == ["leak"]


def test_a_number_within_another_is_none() -> None:
    assert rules(answer(b'"2026-01-01T00:00:00.142860Z" 21428601')) == []


@pytest.mark.parametrize(
    "body",
    [b"Traceback (most recent call last)", b"psycopg.errors.X", b"fhirapi_content", b"KeyError"],
)
def test_what_is_inside_stays_inside(body: bytes) -> None:
    assert rules(answer(body)) == ["inside"]


def test_server_errors_tracebacks_in_the_log_and_long_waits_are_found() -> None:
    assert rules(answer(OUTCOME, 500)) == ["server error"]
    assert rules(answer(OUTCOME, 400), logged="x\nTraceback (most recent call last):\n") == ["log"]
    assert rules(answer(b"{}", seconds=SLOWEST + 1)) == ["slow"]


@pytest.mark.parametrize(
    ("path", "media_type", "body", "is_right"),
    [
        ("/R4-patient-api/Patient", "application/fhir+json", OUTCOME, True),
        ("/R4-patient-api/Patient", "text/html", b"<p>", False),
        (
            "/R4-patient-api/oauth2/token.php",
            "application/json",
            b'{"error":"invalid_grant"}',
            True,
        ),
        ("/R4-patient-api/oauth2/token.php", "application/json", b"{}", False),
        ("/R4-patient-api/oauth2/authorize", "text/html", b"<p>", True),
        ("/R4-patient-api/oauth2/authorize", "application/json", b"{}", False),
        ("/provider-api/v1/patients", "application/problem+json", b'{"status":400}', True),
        ("/provider-api/v1/patients", "application/fhir+json", OUTCOME, False),
        ("/portal/", "text/html", b"<p>", True),
    ],
)
def test_a_refusal_has_the_form_of_its_address(
    path: str, media_type: str, body: bytes, is_right: bool
) -> None:
    told = answer(body, 400, headers={"content-type": media_type})
    assert rules(told, path) == ([] if is_right else ["kind"])
