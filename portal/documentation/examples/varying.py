"""What differs each time an example is asked, and what stands there instead.

The list is all that a replay passes over; everything else has to be the same to the letter.
"""

import re
from collections.abc import Mapping
from typing import Any

BASE = "{base}"
"""Stands for scheme, host and port of whoever shows the example."""
MOMENT = "2026-11-29T12:00:00.000Z"
HEADERS = (
    "Content-Type", "Location", "Content-Location", "ETag", "Allow", "Accept-Patch",
    "WWW-Authenticate", "Retry-After", "X-Progress", "Preference-Applied", "Content-Range",
    "Content-Disposition", "Idempotency-Replayed",
)  # fmt: skip
"""Those that are told; the others are the same for every answer, or are about the connection."""
MEMBERS = {
    "access_token": "eyJhbGciOi…",
    "id_token": "eyJhbGciOi…",
    "refresh_token": "rt_…",
    "registration_access_token": "…",
    "client_secret": "…",
    "secret": "…",
    "lastUpdated": MOMENT,
    "transactionTime": MOMENT,
    "updated_at": MOMENT,
    "created_at": MOMENT,
    "timestamp": MOMENT,
    "expires": MOMENT,
    "iat": 1795953600,
    "exp": 1795957200,
    "client_id_issued_at": 1795953600,
    "auth_time": 1795953600,
    "next_cursor": "…",
    "cursor": "…",
    "jti": "…",
    "sub": "1048",
}
"""Members of JSON by their name; told by their place, whatever they hold."""
_PATTERNS = (
    (re.compile(r"_page=[^&\"]+"), "_page=…"),
    (re.compile(r"(?<=[?&]cursor=)[^&\"]+"), "…"),
    (re.compile(r"(?<=/bulk/uploads/)\d+"), "1"),
    (re.compile(r"(?<=/bulk/files/)[^/]+"), "1.2LpXo…"),
    (re.compile(r'^"\d+-(?=\d+"$)'), '"1-'),  # the ETag of an exported file
)
_CLIENT_ID = re.compile(r"\b[A-Za-z0-9]{40}\b")
_NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")  # no record is so exact
_UUID = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b")
_FIRST_UUID = "6f1f2d8e-3c47-4b1a-9a6e-00000000000{}"


class Steady:
    """Makes what is told of one example the same each time it is asked."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._uuids: dict[str, str] = {}
        self._variables: dict[str, str] = {}

    def knows(self, variables: Mapping[str, str]) -> None:
        """Their values are told by their names."""
        self._variables |= {value: f"${name}" for name, value in variables.items() if value}

    def value(self, value: Any, member: str = "") -> Any:
        if member in MEMBERS and type(value) not in (dict, list):
            return MEMBERS[member]
        if type(value) is dict:
            return {name: self.value(each, name) for name, each in value.items()}
        if type(value) is list:
            return [self.value(each, member) for each in value]
        return self.text(value) if type(value) is str else value

    def text(self, text: str) -> str:
        text = text.replace(self._base_url, BASE)
        for value, name in self._variables.items():
            if len(value) > 8:
                text = text.replace(value, name)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        text = _NOW.sub(MOMENT, text)
        return _UUID.sub(self._uuid, _CLIENT_ID.sub("tT3cQ9vW…", text))

    def _uuid(self, match: re.Match[str]) -> str:
        made = _FIRST_UUID.format(len(self._uuids) + 1)
        return self._uuids.setdefault(match[0], made)
