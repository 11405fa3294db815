"""What is refused for its number: told in the standards' words, and at nobody else's cost."""

import pytest
import requests

from tests.security.attacker import TOKEN, Attacker
from tests.security.conftest import LIMITS

FHIR = "/R4-patient-api/"
FAILURES = int(LIMITS["FAILURES_A_MINUTE"])


def told(answer: requests.Response) -> list[str | None]:
    return [answer.headers.get(f"RateLimit-{each}") for each in ("Limit", "Remaining")]


def statuses(attacker: Attacker, path: str, most: int, **more: object) -> list[int]:
    return [attacker.get(path, **more).status_code for _ in range(most)]


def test_an_app_with_one_connection_gets_its_whole_rate_of_two_processes(
    attacker: Attacker,
) -> None:
    """Which process answers is chance: the count of one goes on in the other."""
    token = attacker.token("Demo: Rebecca and John")
    answers = [attacker.get(f"{FHIR}Patient/142859", headers=token) for _ in range(20)]
    left = [int(each.headers["RateLimit-Remaining"]) for each in answers]
    assert {each.status_code for each in answers} == {200}
    assert left[0] > left[-1] >= left[0] - 20
    refused = next(
        each
        for each in (attacker.get(f"{FHIR}Patient/142859", headers=token) for _ in range(400))
        if each.status_code != 200
    )
    assert refused.status_code == 429
    assert refused.json()["issue"][0]["code"] == "throttled"
    assert int(refused.headers["Retry-After"]) >= 1
    assert told(refused) == ["200", "0"]


def test_guessed_tokens_are_slowed_down_and_a_right_one_from_there_is_not(
    attacker: Attacker, other: Attacker
) -> None:
    wrong = {"Authorization": "Bearer made.up.token"}
    found = statuses(attacker, f"{FHIR}Patient/142859", FAILURES + 5, headers=wrong)
    assert found[:FAILURES] == [401] * FAILURES
    assert found[-1] == 429
    assert attacker.get(f"{FHIR}Patient/142859", headers=attacker.token()).status_code == 200
    assert other.get(f"{FHIR}Patient/142859", headers=wrong).status_code == 401


def test_guessed_secrets_are_slowed_down_and_the_right_one_is_not(attacker: Attacker) -> None:
    key = attacker.demo["access_keys"][0]
    answers = [attacker.exchange(key["access_key_id"], "wrong") for _ in range(FAILURES + 3)]
    assert answers[0].status_code == 401
    refused = answers[-1]
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    assert int(refused.headers["Retry-After"]) >= 1
    assert told(refused) == [LIMITS["FAILURES_A_MINUTE"], "0"]
    right = attacker.exchange(key["access_key_id"], key["secret_access_key"])
    assert right.status_code == 200


@pytest.mark.parametrize("path", ["introspect", "revoke", "userinfo"])
def test_the_same_at_every_address_that_asks_who_it_is(attacker: Attacker, path: str) -> None:
    for _ in range(FAILURES + 3):
        answer = attacker.ask(
            "POST",
            f"{FHIR}oauth2/{path}",
            data={"client_id": "nobody", "client_secret": "wrong", "token": "x"},
        )
    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (f"{FHIR}metadata", "application/fhir+json"),
        (f"{FHIR}.well-known/smart-configuration", "application/fhir+json"),
        ("/provider-api/v1/problem-types", "application/problem+json"),
        ("/api-documentation.html?q=token", "text/html"),
    ],
)
def test_a_flood_of_what_is_open_is_refused_in_the_kind_of_the_address(
    attacker: Attacker, other: Attacker, path: str, media_type: str
) -> None:
    most = int(LIMITS["OPEN_REQUESTS_A_MINUTE"])
    answers = (attacker.get(path) for _ in range(most * 3))
    refused = next(each for each in answers if each.status_code == 429)
    assert refused.headers["Content-Type"].startswith(media_type)
    assert told(refused) == [str(most), "0"]
    assert int(refused.headers["Retry-After"]) >= 1
    assert "no-store" in refused.headers["Cache-Control"]
    assert other.get(path).status_code == 200


def test_who_watches_the_server_is_always_told(attacker: Attacker) -> None:
    assert set(statuses(attacker, "/healthz", 200)) == {200}


def test_an_ipv6_network_is_one_address(attacker: Attacker) -> None:
    wrong = {"Authorization": "Bearer made.up.token"}
    found = []
    for number in range(FAILURES + 3):
        attacker.http.headers["X-Forwarded-For"] = f"2001:db8:7:7::{number:x}"
        found.append(attacker.get(f"{FHIR}Patient/1", headers=wrong).status_code)
    assert (found[0], found[-1]) == (401, 429)
    attacker.http.headers["X-Forwarded-For"] = "2001:db8:7:8::1"
    assert attacker.get(f"{FHIR}Patient/1", headers=wrong).status_code == 401


def test_an_address_that_nobody_trusted_has_written_does_not_count(attacker: Attacker) -> None:
    """The last entry is the proxy's; those before it are the client's own claims."""
    found = []
    for number in range(FAILURES + 3):
        attacker.http.headers["X-Forwarded-For"] = f"192.0.2.{number}, {attacker.address}"
        form = {"grant_type": "refresh_token", "refresh_token": "x", "client_id": "nobody"}
        found.append(attacker.ask("POST", TOKEN, data=form).status_code)
    assert found[-1] == 429
