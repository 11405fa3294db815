"""Files to load, and how a test loads them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhirapi.intake import run as intake
from fhirapi.intake.reading import Options
from fhirapi.intake.rejects import Reject
from fhirapi.intake.sources import find

Resource = dict[str, Any]
Write = Callable[..., Path]


def load(folder: Path, **options: Any) -> tuple[intake.Totals, list[Reject]]:
    with intake.begin(find([folder]), Options(**options)) as begun:
        intake.run(begun, processes=1)
        result = intake.totals(begun), list(intake.rejects(begun))
        intake.finish(begun)
        return result


def entry(resource: Resource, full_url: str = "") -> Resource:
    return {"fullUrl": full_url, "resource": resource, "request": {"method": "POST", "url": "x"}}


def only_if_new(resource: Resource, query: str, full_url: str = "") -> Resource:
    request = {"method": "POST", "url": resource["resourceType"], "ifNoneExist": query}
    return {**entry(resource, full_url), "request": request}


def bundle(*entries: Resource, kind: str = "transaction") -> Resource:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of lines (text, or something to write as JSON); returns its folder."""

    def write_file(name: str, *lines: Any) -> Path:
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / name).write_text("\n".join(texts) + "\n", encoding="utf-8")
        return tmp_path

    return write_file
