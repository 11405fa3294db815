"""Writes the tables of columns in docs/analytics.md from the views' declarations.

python -m tools.flat_views
"""

from pathlib import Path

from fhirapi.bulk.analytics.view import Column, View
from fhirapi.bulk.analytics.view_definitions import VIEWS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "analytics.md"
_BEGINNING = "## The views\n"


def written(page: str) -> str:
    """The page, with the chapter of the views as they are declared; it is the last one."""
    before, beginning, _ = page.partition(_BEGINNING)
    return before + beginning + "\n" + "\n".join(_chapter(view) for view in VIEWS)


def _chapter(view: View) -> str:
    lines = [f"### {view.name}", "", f"{view.words}. From `{view.resource}`{_rows(view)}.", ""]
    lines += ["| column | type | what | path |", "|---|---|---|---|"]
    lines += [_line(each, "") for each in view.columns]
    lines += [_line(each, f"{view.for_each}: ") for each in view.each_columns]
    return "\n".join([*lines, ""])


def _rows(view: View) -> str:
    said = f", where `{view.where}`" if view.where else ""
    if view.for_each:
        said += f", a row for each `{view.for_each}`"
    return said + (", or one if there is none" if view.keeps_empty else "")


def _line(column: Column, before: str) -> str:
    path = f"{before}{column.path}".replace("|", "\\|")
    return f"| `{column.name}` | {column.stored.value} | {column.words} | `{path}` |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
