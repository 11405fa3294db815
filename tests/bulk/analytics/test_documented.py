"""docs/analytics.md tells of the views as they are declared, and what it shows can be run."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fhirapi.bulk.analytics.view_definitions import VIEWS
from tools.flat_views import PAGE, written

pytestmark = pytest.mark.xdist_group("flat views")


def test_the_page_has_every_column_as_it_is_declared() -> None:
    """`python -m tools.flat_views` brings it up to date."""
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page
    assert all(f"### {view.name}\n" in page for view in VIEWS)


def test_the_queries_of_the_page_can_be_run(folder: Path) -> None:
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    database = duckdb.connect()
    answers: list[list[tuple[Any, ...]]] = []
    for query in queries:
        here = query.replace("export/whole/", f"{folder}/whole/").replace("export/", f"{folder}/")
        answers.append(database.execute(here.replace("/*.parquet", ".parquet")).fetchall())
    assert len(answers) == 2
    assert all(answers)
