"""Modules of pages are kept under names of their content, and import each other by those."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

_IMPORT = re.compile(r'from "\./([^"]+)"')
_BY_CONTENT = re.compile(r"[\w-]+\.[0-9a-f]{12}\.js")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("static")
    kept = {"BACKEND": "qsmartcare.static_files.Storage"}
    with override_settings(STATIC_ROOT=folder, STORAGES={"staticfiles": kept}):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def test_each_import_leads_to_a_file_named_by_its_content(collected: Path) -> None:
    modules = [
        path
        for path in (collected / "js" / "console").glob("*.js")
        if _BY_CONTENT.fullmatch(path.name)
    ]
    imported = {name for path in modules for name in _IMPORT.findall(path.read_text())}
    assert len(imported) > 10
    assert imported <= {path.name for path in modules}
