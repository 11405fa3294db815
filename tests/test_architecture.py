"""The habits that a tool can hold: sizes, layers, names, and nothing of one machine in the tree."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from tools import rooms

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
_OTHERS = {".venv", ".git", "var", "__pycache__", "migrations"}
# Spelt so that this file does not trip over itself.
_OF_ONE_MACHINE = re.compile(
    "|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs", "/ro" + "ot/",
              "/wo" + "rk/", "/ho" + r"me/\w"])
)  # fmt: skip


def tracked() -> list[Path]:
    """What git knows or would add; without git, everything that is not made by a tool."""
    found = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if found.returncode == 0:
        return [path for line in found.stdout.splitlines() if (path := ROOT / line).is_file()]
    return [path for path in ROOT.rglob("*") if path.is_file() and not _OTHERS & set(path.parts)]


def sources() -> Iterator[Path]:
    for path in tracked():
        if path.suffix == ".py" and not _OTHERS & set(path.relative_to(ROOT).parts):
            yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_no_file_is_too_long_to_read_in_one_sitting() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = {
        f"{name(path)}:{function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in sources()
        for function in functions(path)
    }
    assert {each: lines for each, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils.py", "helpers.py", "constants.py", "misc.py", "signals.py", "common_utils.py"}
    assert [name(path) for path in sources() if path.name in drawers] == []


def test_the_rooms_import_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


def test_every_module_says_in_its_first_sentence_what_it_is() -> None:
    silent = [
        name(path)
        for path in sources()
        if (tree := ast.parse(path.read_text(encoding="utf-8"))).body
        and not ast.get_docstring(tree)
        and path.name not in ("urls.py", "models.py", "apps.py")
    ]
    assert silent == []


def test_the_tree_holds_nothing_of_one_machine() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture
            continue
        found += [f"{name(path)}: {match[0]}" for match in _OF_ONE_MACHINE.finditer(text)]
    assert found == []


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


@pytest.mark.django_db
def test_the_migrations_hold_every_change_of_a_model() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_setting_from_outside_is_documented() -> None:
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    read = {
        knob
        for path in sorted((ROOT / "qsmartcare").rglob("*.py"))
        for knob in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert {knob for knob in read if f"`{knob}`" not in documented} == set()


def test_ci_runs_exactly_what_the_readme_says() -> None:
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")
    last = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert last == "exec make test"


def test_the_picture_of_the_rooms_is_the_one_of_the_import_rules():
    assert rooms.PICTURE.read_text(encoding="utf-8") == rooms.drawn(), "python -m tools.rooms"
