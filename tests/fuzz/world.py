"""A product with marked records, and everybody who asks it: with tokens, with sessions, without."""

import json
import os
import re
import secrets
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from jwt import PyJWK
from jwt.api_jws import PyJWS

from tests.fuzz.sending import Line
from tests.plan import product_folder
from tests.product import ROOT, Product
from tests.running.exporter import ASSERTION
from tests.running.visitor import Credentials, Visitor

_PATIENCE = 900  # seconds; machines that fuzz are busy
_DATABASE = re.compile(r"Database +(\S+)")
# Nobody may be kept from attacking.
_UNLIMITED = {
    "REQUESTS_A_MINUTE": "0",
    "SIGN_IN_FAILURE_LIMIT": "1000000",
    "LETTERS_AN_HOUR": "10000000",
    "REGISTRATIONS_AN_HOUR": "10000000",
    "EXPORTS_AT_ONCE": "10000",
    "IMPORTS_AT_ONCE": "10000",
}


@dataclass(frozen=True)
class Record:
    """A patient's, and what gives away that something was in it."""

    patient_id: str
    mrn: str
    word: str


@dataclass
class Asker:
    name: str
    sees: frozenset[str] | None
    """Ids of patients; None: all of the practice."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass
class World:
    product: Product
    demo: dict[str, Any]
    records: list[Record]
    samples: dict[str, list[str]]
    """Some ids of each resource type."""
    askers: dict[str, Asker]
    line: Line

    def sign_in(self) -> None:
        """Anew, for whoever has signed out or changed a token meanwhile."""
        for name, account in (
            ("patient", "patient"),
            ("provider", "provider"),
            ("developer", "patient2"),
            ("admin", "admin"),
        ):
            self.askers[f"page-{name}"].headers = _session(self.demo, account)
        for name, label in _KEYS.items():
            self.askers[name].headers = _bearer(_by_key(self.demo, label))
        self.askers["service"].headers = _bearer(_of_service(self.demo, "backend-service"))
        self.askers["partner"].headers = _bearer(_of_service(self.demo, "partner-backend-service"))
        self.askers["in-part"].headers = _bearer(_in_part(self.demo))


_KEYS = {
    "patient": "Demo",
    "provider": "Demo: Rebecca and John",
    "writer": "Demo: reads and writes",
}
_PART = "patient/Observation.rs?category=laboratory patient/Patient.rs patient/Condition.r"


@contextmanager
def world(patients: int, **settings: str) -> Iterator[World]:
    with product_folder() as folder:
        product = Product(folder / "data", PATIENTS=str(patients), **{**_UNLIMITED, **settings})
        product.start()
        try:
            demo = product.wait_until_ready(_PATIENCE)
            yield _furnished(product, demo)
        finally:
            if product.running.poll() is None:
                product.interrupt()


def _furnished(product: Product, demo: dict[str, Any]) -> World:
    planted = _plant(product)
    records = [
        Record(patient_id, each["mrn"], each["word"])
        for patient_id, each in planted["patients"].items()
    ]
    sees = {name: frozenset(ids) for name, ids in planted["sees"].items()}
    rebecca, john = (demo["accounts"][name]["patient_id"] for name in ("patient", "patient2"))
    emily = sees[demo["accounts"]["provider"]["username"]]
    assert len(emily) < len(records), "nobody would be out of reach"
    two = frozenset({rebecca, john})
    askers = [
        Asker("nobody", frozenset()),
        Asker("patient", frozenset({rebecca})),
        Asker("provider", two),
        Asker("writer", two),
        Asker("in-part", frozenset({rebecca})),
        Asker("service", None),
        Asker("partner", None),
        Asker("page-patient", frozenset({rebecca})),
        Asker("page-provider", emily),
        Asker("page-developer", frozenset({john})),
        Asker("page-admin", None),
    ]
    made = World(
        product,
        demo,
        records,
        planted["samples"],
        {each.name: each for each in askers},
        Line(product.port),
    )
    made.sign_in()
    return made


def _plant(product: Product) -> dict[str, Any]:
    found = _DATABASE.search(product.output)
    assert found, product.output
    surroundings = {
        **os.environ,
        "DATABASE_URL": found[1],
        "DATA_DIR": str(product.data_dir),
        "BASE_URL": f"http://localhost:{product.port}",
    }
    told = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.plant", secrets.token_hex(8)],
        cwd=ROOT,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    planted: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return planted


def _session(demo: dict[str, Any], account: str) -> dict[str, str]:
    visitor = Visitor(demo)
    door = {"admin": "/admin/login/", "provider": "/app/index.html"}
    who = Credentials.of(demo["accounts"][account])
    visitor.sign_in(who, door.get(account, "/patient/index.html"))
    cookies = visitor.http.cookies.get_dict()
    assert "qsmartcare_session" in cookies, account
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def _bearer(answer: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer['access_token']}"}


def _by_key(demo: dict[str, Any], label: str) -> dict[str, Any]:
    key = next(each for each in demo["access_keys"] if each["label"] == label)
    return _token(
        demo,
        {
            "grant_type": "authorization_code",
            "Client_ID": key["access_key_id"],
            "Client_secret": key["secret_access_key"],
        },
    )


def _in_part(demo: dict[str, Any]) -> dict[str, Any]:
    """A token whose scopes open only some of each type."""
    whole = _by_key(demo, "Demo")
    key = next(each for each in demo["access_keys"] if each["label"] == "Demo")
    return _token(
        demo,
        {
            "grant_type": "refresh_token",
            "refresh_token": whole["refresh_token"],
            "client_id": key["access_key_id"],
            "client_secret": key["secret_access_key"],
            "scope": _PART,
        },
    )


def _of_service(demo: dict[str, Any], name: str) -> dict[str, Any]:
    client = demo["clients"][name]
    address = f"{demo['fhir_base_url']}/oauth2/token"
    return _token(
        demo,
        {
            "grant_type": "client_credentials",
            "scope": " ".join(client["scopes"]),
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion(client, address),
        },
    )


def assertion(client: dict[str, Any], audience: str, **claims: Any) -> str:
    """A private_key_jwt of one of the demo's clients; ``claims`` instead of what is right."""
    jwk, client_id = client["private_jwk"], client["client_id"]
    right = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": uuid.uuid4().hex,
        "exp": int(time.time()) + 240,
    }
    payload = json.dumps(right | claims).encode()
    # Not jwt.encode: it refuses claims that are none.
    return PyJWS().encode(payload, PyJWK(jwk).key, jwk["alg"], headers={"kid": jwk["kid"]})


def _token(demo: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
    told = requests.post(f"{demo['fhir_base_url']}/oauth2/token", form, timeout=30)
    assert told.status_code == 200, told.text
    answer: dict[str, Any] = told.json()
    return answer
