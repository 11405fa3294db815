"""The changelog as a page and a feed, and what is going to end: told by page, feed and headers."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client, RequestFactory

from fhirapi.definitions import deprecations
from fhirapi.definitions.deprecations import Deprecation
from portal.changes import changelog
from portal.changes.headers import headers_of
from qsmartcare.wsgi import Application

ATOM = "{http://www.w3.org/2005/Atom}"
TEXT = """\
# Changelog

## Unreleased

- Something that is *not* out. See [docs](docs/x.md), [RFC](https://www.rfc-editor.org/rfc/rfc9745).

## [1.2.0] - 2026-03-05

### Added
- <script>alert(1)</script>

## 1.1.0 - 2026-01-01

- The first.
"""
ENDING = Deprecation(
    key="old-metadata",
    what={"en": "Metadata goes.", "es": "Los metadatos se van."},
    instead={"en": "Ask elsewhere.", "es": "Pregunte en otro lugar."},
    addresses=r"/R4-patient-api/(metadata|oauth2/token)",
    since=datetime(2026, 1, 1, tzinfo=UTC),
    ends=datetime(2026, 7, 1, tzinfo=UTC),
)


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deprecations, "DEPRECATIONS", (ENDING,))


def test_releases_have_names_days_and_links() -> None:
    found = changelog.parse(TEXT)
    assert [(each.key, each.name, str(each.day)) for each in found] == [
        ("vunreleased", "Unreleased", "None"),
        ("v1-2-0", "1.2.0", "2026-03-05"),
        ("v1-1-0", "1.1.0", "2026-01-01"),
    ]
    assert "<em>not</em>" in found[0].body


def test_files_of_the_project_are_no_links_and_markup_is_text() -> None:
    first, second, _ = changelog.parse(TEXT)
    assert 'href="https://www.rfc-editor.org' in first.body
    assert "docs/x.md" not in first.body
    assert "<script>" not in second.body


def test_the_page_shows_the_changelog_of_what_runs(client: Client, db: None) -> None:
    page = client.get("/changes/").content.decode()
    for release in changelog.releases():
        assert f'id="{release.key}"' in page
    assert "Nothing. Should something have to end" in page


def test_the_feed_is_atom(client: Client, db: None, ending: None) -> None:
    response = client.get("/changes.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    entries = ElementTree.fromstring(response.content).findall(f"{ATOM}entry")  # noqa: S314 - ours
    titles = [each.findtext(f"{ATOM}title") for each in entries]
    assert titles == ["Going to end: Metadata goes.", *(r.name for r in changelog.releases())]


def test_what_is_going_to_end_stands_on_the_page(client: Client, db: None, ending: None) -> None:
    page = client.get("/changes/", headers={"accept-language": "es"}).content.decode()
    assert 'id="old-metadata"' in page
    assert "Los metadatos se van." in page
    assert "01/07/2026" in page or "07/01/2026" in page


def call(path: str, method: str = "GET") -> dict[str, str]:
    told: dict[str, str] = {}
    environ: Any = RequestFactory().generic(method, path).environ
    environ["wsgi.input"] = BytesIO()

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        told.update(headers)

    list(Application()(environ, start))  # type: ignore[arg-type]  # as a server calls it
    return told


def test_an_address_that_ends_says_so(ending: None) -> None:
    """RFC 9745 2: a structured date; RFC 8594 3: an HTTP date."""
    told = call("/R4-patient-api/metadata")
    assert told["Deprecation"] == "@1767225600"
    assert told["Sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    assert '/changes/#old-metadata>; rel="deprecation"; type="text/html"' in told["Link"]
    assert 'rel="sunset"' in told["Link"]


def test_a_refusal_says_so_as_well(ending: None) -> None:
    assert call("/R4-patient-api/oauth2/token", "PUT")["Deprecation"] == "@1767225600"


def test_every_other_address_says_nothing(ending: None) -> None:
    assert "Deprecation" not in call("/R4-patient-api/.well-known/smart-configuration")
    assert headers_of("/R4-patient-api/metadata/more") == []


def test_nothing_is_deprecated_now() -> None:
    assert deprecations.DEPRECATIONS == ()
    assert "Deprecation" not in call("/R4-patient-api/metadata")
