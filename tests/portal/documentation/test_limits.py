"""The chapter of the limits says what the API itself holds."""

import pytest
from pytest_django import Settings

from fhirapi.bulk import filters, kickoff
from fhirapi.bulk.importing import asked, fetching, uploads
from fhirapi.provider import bulk, listing
from fhirapi.provider.webhooks import hooks
from fhirapi.rest import bundles
from fhirapi.store import exact
from portal.documentation.chapters import by_slug
from portal.documentation.limits import OF_OTHERS
from portal.documentation.written import _written, markdown_of
from qsmartcare import bodies, run


def test_the_limits_of_other_rooms_are_as_the_chapter_says() -> None:
    assert {
        "bundle_entries": bundles.MOST_ENTRIES,
        "bundle_read_mb": bundles._MOST_BYTES // 1_000_000,
        "bundle_seconds": bundles.MOST_SECONDS,
        "provider_page": listing.MOST,
        "provider_records": bulk.MOST,
        "webhooks": hooks.MOST,
        "import_files": asked._MOST,
        "import_line_mb": fetching.LONGEST_LINE // 1_000_000,
        "uploads": uploads._MOST,
        "export_filters": filters._MOST,
        "export_parameters": kickoff._MOST_PARAMETERS,
        "json_values": exact.MOST_VALUES,
        "statement_seconds": int(run._PATIENCE["STATEMENT_TIMEOUT"]),
        "path_length": bodies.LONGEST_PATH,
    } == OF_OTHERS


def test_the_chapter_says_each_of_them() -> None:
    text = markdown_of(by_slug("limits"))
    assert all(f"{each:,}" in text for each in OF_OTHERS.values())


@pytest.mark.parametrize("slug", ["tokens", "limits", "registration"])
def test_a_limit_that_is_switched_off_is_not_told_as_none_at_all(
    slug: str, settings: Settings
) -> None:
    settings.REQUESTS_A_MINUTE = settings.REGISTRATIONS_AN_HOUR = 0
    text = _written(by_slug(slug), is_open=True)
    assert " 0 requests" not in text
    assert " 0 apps" not in text


def test_hosts_of_imports_are_told_and_the_operators_networks_are_not(settings: Settings) -> None:
    settings.IMPORT_HOSTS = ["files.example.org", "10.1.0.0/16"]
    text = _written(by_slug("bulk-import"), is_open=True)
    assert "(here: `files.example.org`)" in text
    assert "10.1.0.0" not in text
