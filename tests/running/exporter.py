"""A backend service of the demo that exports: over HTTP, as one far away would."""

import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import jwt
import requests
from jwt import PyJWK

from tests.product import wait_until

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class BulkClient:
    demo: dict[str, Any]
    token: str = field(default="", repr=False)

    @property
    def service(self) -> dict[str, Any]:
        return next(
            each
            for each in self.demo["clients"].values()
            if each.get("private_jwk") and not each["redirect_uris"]
            and not each.get("provider_access")
        )  # fmt: skip

    def sign_in(self) -> None:
        address = f"{self.demo['fhir_base_url']}/oauth2/token"
        jwk, client_id = self.service["private_jwk"], self.service["client_id"]
        claims = {"iss": client_id, "sub": client_id, "aud": address, "jti": uuid.uuid4().hex,
                  "exp": int(time.time()) + 240}  # fmt: skip
        assertion = jwt.encode(claims, PyJWK(jwk).key, jwk["alg"], headers={"kid": jwk["kid"]})
        form = {"grant_type": "client_credentials", "scope": "system/*.rs",
                "client_assertion_type": ASSERTION, "client_assertion": assertion}  # fmt: skip
        answer = requests.post(address, form, timeout=30)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]

    def get(self, url: str, **headers: str) -> requests.Response:
        given = {"Authorization": f"Bearer {self.token}", **headers}
        return requests.get(url, headers=given, timeout=60)

    def kick_off(self, path: str = "$export", **query: str) -> str:
        """The job's address."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        url = f"{self.demo['fhir_base_url']}/{path}?{asked}"
        answer = self.get(url, Prefer="respond-async", Accept="application/fhir+json")
        assert answer.status_code == 202, answer.text
        return answer.headers["Content-Location"]

    def is_finished(self, job: str) -> bool:
        """Patient with a server that is away at the moment."""
        try:
            answer = self.get(job)
        except requests.RequestException:
            return False
        assert answer.status_code in (200, 202, 429, 503), answer.text
        return answer.status_code == 200

    def manifest(self, job: str, patience: float = 120) -> dict[str, Any]:
        wait_until(lambda: self.is_finished(job), patience)
        found: dict[str, Any] = self.get(job).json()
        return found

    def lines(self, manifest: dict[str, Any], kind: str = "output") -> list[bytes]:
        found: list[bytes] = []
        for file in manifest[kind]:
            answer = self.get(file["url"])
            assert answer.status_code == 200, answer.text
            lines = answer.content.splitlines()
            assert len(lines) == file["count"]
            found += lines
        return found


def versions(lines: list[bytes]) -> dict[str, str]:
    """``Type/id`` to version; fails for what came twice."""
    found: dict[str, str] = {}
    for line in lines:
        resource = json.loads(line)
        name = f"{resource['resourceType']}/{resource['id']}"
        assert name not in found, f"{name} came twice"
        found[name] = resource["meta"]["versionId"]
    return found


def checksum(lines: list[bytes]) -> str:
    """Of the contents, in whatever order they come."""
    return hashlib.sha256(b"\n".join(sorted(lines))).hexdigest()
