"""The files that tests of flat views read."""

from pathlib import Path

import pytest

from fhirapi.bulk.analytics.parquet import ParquetFile, ViewFile
from fhirapi.bulk.analytics.view_definitions import VIEWS
from tests.bulk.analytics.records import contents


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file for each view, named like it, and in ``whole`` one for each type."""
    made = tmp_path_factory.mktemp("views")
    for view in VIEWS:
        with (made / f"{view.name}.parquet").open("wb") as stream:
            file = ViewFile(stream, view)
            file.write(contents()[view.resource])
            file.close()
    (made / "whole").mkdir()
    for resource_type, lines in contents().items():
        with (made / "whole" / f"{resource_type}.parquet").open("wb") as stream:
            whole = ParquetFile(stream, resource_type)
            whole.write(lines)
            whole.close()
    return made
