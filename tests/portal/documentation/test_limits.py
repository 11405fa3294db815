"""The chapter of the limits says what the API itself holds."""

from fhirapi.bulk import filters, kickoff
from fhirapi.bulk.importing import asked, fetching, uploads
from fhirapi.provider import bulk, listing
from fhirapi.provider.webhooks import hooks
from fhirapi.rest import bundles
from fhirapi.search import include, sort, value
from fhirapi.store import exact
from portal.documentation.chapters import by_slug
from portal.documentation.limits import OF_OTHERS
from portal.documentation.written import markdown_of
from qsmartcare import run


def test_the_limits_of_other_rooms_are_as_the_chapter_says() -> None:
    assert {
        "bundle_entries": bundles.MOST_ENTRIES,
        "bundle_read_mb": bundles._MOST_BYTES // 1_000_000,
        "alternatives": value._MAX_VALUES,
        "sort_keys": sort._MOST,
        "included": include._MOST,
        "provider_page": listing.MOST,
        "provider_records": bulk.MOST,
        "webhooks": hooks.MOST,
        "import_files": asked._MOST,
        "import_line_mb": fetching.LONGEST_LINE // 1_000_000,
        "uploads": uploads._MOST,
        "export_filters": filters._MOST,
        "export_parameters": kickoff._MOST_PARAMETERS,
        "json_values": exact.MOST_VALUES,
        "statement_seconds": int(run._SLOWEST_STATEMENT),
    } == OF_OTHERS


def test_the_chapter_says_each_of_them() -> None:
    text = markdown_of(by_slug("limits"))
    assert all(f"{each:,}" in text for each in OF_OTHERS.values())
