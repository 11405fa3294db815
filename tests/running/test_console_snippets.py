"""The console's examples find something, and its code gives the answer that the console shows."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from portal.console.definitions import told
from tests.node import run, run_module
from tests.running.app import App

REBECCA = "142859"
WIRE = {"console/wire.js": "{ wired }", "console/snippets.js": "{ snippet }"}
ACCEPT = "Accept: application/fhir+json"
REQUESTS = (
    {"method": "GET", "address": f"Patient/{REBECCA}"},
    {"method": "GET", "address": f"Observation?patient={REBECCA}&code=http://loinc.org|8867-4,x"},
    {"method": "GET", "address": 'Patient?name=Nobody\'s "name" $HOME `id` \\ %25'},
    {"method": "SEARCH", "address": f"Condition?patient={REBECCA}&_count=2&_sort=-recorded-date"},
    {"method": "GET", "address": "Observation?date=yesterday"},
    {
        "method": "POST",
        "address": "Patient/$validate",
        "body": json.dumps(
            {"resourceType": "Patient", "name": [{"text": 'it\'s `$HOME` """ \\ ${x} é'}]}, indent=2
        ),
    },
)


@pytest.fixture(scope="module")
def app(running: dict[str, Any]) -> App:
    key = running["access_keys"][0]
    made = App(running, key["access_key_id"], key["secret_access_key"])
    made.sign_in()
    return made


def snippet(running: dict[str, Any], language: str, request: dict[str, str], token: str) -> str:
    code = "return snippet(given.language, wired(given.request, given.base), given.token);"
    asked = {"headers": ACCEPT, "body": "", **request}
    given = {"language": language, "request": asked, "base": running["fhir_base_url"],
             "token": token}  # fmt: skip
    found: str = run(WIRE, code, given)
    return found


def execute(language: str, code: str, token: str) -> str:
    """Its output, the token being in the surroundings only."""
    surroundings = {**os.environ, "TOKEN": token}
    if language == "javascript":
        ran = run_module(code, **surroundings)
    else:
        command = ["sh", "-c", code] if language == "curl" else [sys.executable, "-c", code]
        ran = subprocess.run(command, capture_output=True, text=True, env=surroundings, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def comparable(text: str) -> Any:
    """Without what differs from one answer to the next: its own id, and links to pages."""
    told = json.loads(text)
    return {name: value for name, value in told.items() if name not in ("id", "meta", "link")}


@pytest.mark.parametrize(
    "request_", REQUESTS, ids=lambda each: f"{each['method']} {each['address'][:30]}"
)
def test_curl_python_and_javascript_get_the_same_answer(
    running: dict[str, Any], app: App, request_: dict[str, str]
) -> None:
    codes = {
        language: snippet(running, language, request_, "")
        for language in ("curl", "python", "javascript")
    }
    assert all(app.token not in code for code in codes.values())
    told = {language: execute(language, code, app.token) for language, code in codes.items()}
    python, javascript = (told[each].partition("\n") for each in ("python", "javascript"))
    assert python[0] == javascript[0]
    answers = [comparable(each) for each in (told["curl"], python[2], javascript[2])]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["resourceType"]


def test_with_the_token_asked_for_it_needs_no_surroundings(
    running: dict[str, Any], app: App
) -> None:
    for language in ("curl", "python", "javascript"):
        code = snippet(running, language, REQUESTS[0], app.token)
        assert f'"id":"{REBECCA}"' in execute(language, code, "another token")


def test_every_example_of_a_search_finds_what_its_value_was_taken_from(
    running: dict[str, Any], app: App
) -> None:
    """All types, all parameters for which the record has a value."""
    definitions, missed, tried = told(), {}, 0
    for resource_type in definitions["types"]:
        name = resource_type["name"]
        by = {"patient": REBECCA} if resource_type.get("patient") == "patient" else {}
        bundle = app.get(name, **by, _count="5").json()
        samples = [each["resource"] for each in bundle.get("entry", ())
                   if each["search"]["mode"] == "match"]  # fmt: skip
        if not samples:
            continue
        for address in _searches(definitions, name, samples):
            tried += 1
            answer = app.get(address)
            if answer.status_code != 200 or not answer.json()["total"]:
                missed[address] = answer.status_code
    assert missed == {}
    assert tried > 100


def _searches(definitions: dict[str, Any], name: str, samples: list[Any]) -> list[str]:
    code = """
    const type = given.definitions.types.find((each) => each.name === given.name);
    return ofType(type, given.definitions, given.samples, given.patient, false)
      .flatMap(([group, requests]) => (group === "parameters" ? requests : []))
      .filter((each) => !each.isOpen)
      .map((each) => wired({ headers: "", ...each }, "https://x.example").url.slice(18));
    """
    names = {"console/examples.js": "{ ofType }", "console/wire.js": "{ wired }"}
    given = {"definitions": definitions, "name": name, "samples": samples, "patient": REBECCA}
    found: list[str] = run(names, code, given)
    return found
