"""After people and apps have done what they do, nothing of theirs stands where it must not.

Looked at is everything that the product has written: its output, and every table of its database
as text. Letters and what makes them are left out: they are for their readers.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from psycopg import sql

from tests.product import Product, wait_until
from tests.security.attacker import TOKEN, Attacker

FHIR = "/R4-patient-api/"
VERIFIER = "a-verifier-that-is-long-enough-for-rfc-7636-by-far"
# Where records of patients and people are kept, names belong; secrets do not, even there.
_OF_RECORDS = re.compile(
    r"fhirapi_(content|version|searchrow|.*name.*|patient.*|.*address.*|provider.*|practice.*)|"
    r"portal_(account|registration|partner.*|announcement.*|emailchange|teaminvitation)|"
    r"django_(admin_log)|fhirapi_(client|import.*|export.*|group.*|.*string.*|accesskey)"
)
_KEPT = {
    ("session", "django_session"),
    ("session", "portal_signedin"),
    # Used up, or a minute old; and nothing without the verifier, which stands nowhere.
    ("code", "fhirapi_authorizationcode"),
}


@pytest.fixture(scope="module")
def used(target: Product) -> dict[str, str]:
    """Everything secret that was in use, by what it is; all of it was used here."""
    patient, app = Attacker(target, "203.0.113.201"), Attacker(target, "203.0.113.202")
    found: dict[str, str] = {}
    for who, account in patient.demo["accounts"].items():
        found |= {f"password of {who}": account["password"]}
    assert patient.sign_in_as("patient").status_code == 302
    found["session"] = patient.http.cookies["qsmartcare_session"]
    mistyped = "MyOtherPassword-2931"
    app.fill_in("/patient/index.html", username=mistyped, password=mistyped + "x", pin="90817263")
    found |= {"password typed as a username": mistyped, "wrong PIN": "90817263"}
    for key in patient.demo["access_keys"]:
        found[f"secret of {key['label']}"] = key["secret_access_key"]
        answer = app.exchange(key["access_key_id"], key["secret_access_key"]).json()
        found[f"token of {key['label']}"] = answer["access_token"]
        found[f"refresh token of {key['label']}"] = answer["refresh_token"]
    found["wrong secret"] = "0badc0de" * 5
    app.exchange(patient.demo["access_keys"][0]["access_key_id"], found["wrong secret"])
    found |= _authorized(patient, app)
    _asked(app, found)
    return found


def _authorized(patient: Attacker, app: Attacker) -> dict[str, str]:
    """A public app connected by the patient."""
    client = patient.demo["clients"]["public"]
    digest = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    query = {
        "response_type": "code", "client_id": client["client_id"], "state": "state-5512-secret",
        "redirect_uri": client["redirect_uris"][0], "scope": "launch/patient patient/*.rs",
        "aud": patient.demo["fhir_base_url"], "code_challenge": digest.decode().rstrip("="),
        "code_challenge_method": "S256",
    }  # fmt: skip
    address = f"{FHIR}oauth2/authorize"
    page = patient.get(address, params=query)
    page = patient.ask("POST", address, params=query, data=_approved(page.text))
    code = parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": client["client_id"],
        "redirect_uri": client["redirect_uris"][0], "code_verifier": VERIFIER,
    }  # fmt: skip
    answer = app.ask("POST", TOKEN, data=form).json()
    assert app.ask("POST", TOKEN, data=form).status_code == 400  # used up, and all it gave ended
    return {"code": code, "verifier": VERIFIER, "token of the app": answer["access_token"]}


def _approved(page: str) -> dict[str, list[str]]:
    """The consent page's form, every box ticked."""
    found: dict[str, list[str]] = {"decision": ["approve"]}
    for tag in re.findall(r"<input\b[^>]*>", page):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") in ("hidden", "checkbox"):
            found.setdefault(given["name"], []).append(html.unescape(given["value"]))
    return found


def _asked(app: Attacker, found: dict[str, str]) -> None:
    """With names and tokens where people put them: in addresses, bodies, wrong fields."""
    headers = {"Authorization": f"Bearer {found['token of Demo']}"}
    app.get(f"{FHIR}Patient?name=Larson", headers=headers)
    app.get(f"{FHIR}Patient/142859?access_token={found['token of Demo']}", headers=headers)
    app.get(f"{FHIR}Patient/142859", headers={"Authorization": headers["Authorization"] + "x"})
    app.get(f"/recover/{'k' * 43}/")
    app.ask("POST", f"{FHIR}Patient", data='{"resourceType":"Patient", Larson}', headers=headers)
    app.ask("POST", f"{FHIR}oauth2/revoke", data={"token": found["token of Demo"]})
    app.get("/R4-patient-api/Patient", headers={"Host": "larson.evil.example"})
    app.get("/patient/index.html", headers={"Host": "larson.evil.example"})


@pytest.fixture(scope="module")
def written(target: Product, used: dict[str, str]) -> dict[str, str]:
    """What the product wrote, by where; the welcome, which names demo accounts, left out."""
    url = re.search(r"postgresql://\S+", target.output)
    assert url
    tables: dict[str, str] = {}

    def logged() -> bool:
        """The request log is written beside the requests."""
        with psycopg.connect(url[0]) as database:
            tables.update(_tables(database))
        return bool(tables["fhirapi_requestrecord"])

    wait_until(logged)
    return {"output": target.output.partition("is running")[2], **tables}


def _tables(database: "psycopg.Connection[Any]") -> Iterator[tuple[str, str]]:
    named = database.execute(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    ).fetchall()
    for (name,) in named:
        every = sql.SQL("SELECT row_to_json(t)::text FROM {} t").format(sql.Identifier(name))
        rows = database.execute(every).fetchall()
        yield name, "\n".join(row[0] for row in rows)


def test_it_has_written_of_what_was_done(written: dict[str, str]) -> None:
    assert '"sign-in"' in written["fhirapi_auditrecord"]
    assert "WARNING" in written["output"]


def test_no_secret_stands_anywhere(used: dict[str, str], written: dict[str, str]) -> None:
    found = {
        (what, where)
        for what, secret in used.items()
        for where, text in written.items()
        if secret in text
    }
    assert found - _KEPT == set()


def test_no_pin_stands_beside_an_account(target: Product, written: dict[str, str]) -> None:
    accounts = json.loads((target.data_dir / "demo.json").read_text())["accounts"]
    for account in accounts.values():
        alone = re.compile(rf"(?<![\w.]){account['pin']}(?![\w])")
        found = [where for where, text in written.items() if alone.search(text)]
        assert found == []


def test_no_patients_name_stands_outside_of_records(
    target: Product, written: dict[str, str]
) -> None:
    patients = json.loads((target.data_dir / "demo.json").read_text())["patients"]
    names = {each["name"] for each in patients} | {"Larson"}
    found = [
        (name, where)
        for name in names
        for where, text in written.items()
        if name.lower() in text.lower() and not _OF_RECORDS.fullmatch(where)
    ]
    assert found == []
