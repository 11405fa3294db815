"""An app that does what the vendor's guide says with an access key."""

from dataclasses import dataclass, field
from typing import Any

import requests


@dataclass
class App:
    demo: dict[str, Any]
    access_key_id: str
    secret: str
    token: str = field(default="", repr=False)

    def ask(self, *, path: str = "oauth2/token.php", **fields: str) -> requests.Response:
        """Asks for a token; urlencoded, with the guide's spelling of the names."""
        mine = {"Client_ID": self.access_key_id, "Client_secret": self.secret}
        form = {"grant_type": "authorization_code", **mine, **fields}
        return requests.post(f"{self.demo['fhir_base_url']}/{path}", form, timeout=10)

    def sign_in(self) -> dict[str, Any]:
        response = self.ask()
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        self.token = answer["access_token"]
        return answer

    def get(self, path: str, *, scheme: str = "bearer", **query: str) -> requests.Response:
        base = self.demo["base_url"] if path.startswith("/") else f"{self.demo['fhir_base_url']}/"
        headers = {"Authorization": f"{scheme} {self.token}"}
        return requests.get(base + path, query, headers=headers, timeout=10)
