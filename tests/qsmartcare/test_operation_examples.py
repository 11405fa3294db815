"""The examples for operators name figures, settings, commands and addresses that there are."""

import re
import shlex
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve
from granian.cli import cli

from qsmartcare import metrics

FOLDER = Path(settings.ROOT, "docs", "operations", "examples")
UNITS = sorted(FOLDER.glob("*.service"))


def commands(unit: Path) -> list[list[str]]:
    return [shlex.split(each) for each in re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.M)]


@pytest.mark.django_db
def test_alerts_are_made_of_figures_that_there_are() -> None:
    told = metrics.text()
    rules = yaml.safe_load((FOLDER / "qsmartcare-alerts.yml").read_text())["groups"][0]["rules"]
    named = {name for each in rules for name in re.findall(r"qsmartcare_\w+", each["expr"])}
    assert len(named) > 4
    exported = set(re.findall(r"^# TYPE (\w+)", told, re.M))
    assert named <= exported
    documented = (FOLDER.parent / "monitoring.md").read_text()
    assert all(f"| `{each['alert']}` |" in documented for each in rules)


def test_settings_are_those_that_are_documented() -> None:
    documented = Path(settings.ROOT, "docs", "settings.md").read_text()
    lines = (FOLDER / "settings.env").read_text()
    for unit in UNITS:
        lines += "\n".join(re.findall(r"^Environment=(.+)$", unit.read_text(), re.M))
    names = re.findall(r"^([A-Z_]+)=", lines, re.M)
    assert len(names) > 8
    for name in names:
        assert f"`{name.removesuffix('_FILE')}`" in documented, name


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: each.stem)
def test_a_unit_starts_what_there_is(unit: Path) -> None:
    found = commands(unit)
    assert found
    for program, *arguments in found:
        if program.endswith("/granian"):
            cli.make_context("granian", arguments)  # refuses an option that it does not know
        else:
            assert arguments[0] == "manage.py"
            assert arguments[1] in get_commands()


def test_the_proxy_treats_addresses_apart_that_there_are() -> None:
    named = re.findall(r"location = (\S+)", (FOLDER / "nginx.conf").read_text())
    assert sorted(named) == ["/R4-patient-api/bulk/uploads", "/metrics"]
    for address in named:
        assert "nothing" not in resolve(address).func.__name__
