"""Every package that gets installed has its version written down, and that version is installed."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution

from django.conf import settings
from packaging.requirements import Requirement

_PIN = re.compile(r"([A-Za-z0-9._-]+)==(\S+)")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned() -> dict[str, str]:
    text = (settings.ROOT / "constraints.txt").read_text(encoding="utf-8")
    return {plain(name): version for name, version in _PIN.findall(text)}


def needed() -> set[str]:
    """By name: what the project names, and what that needs in turn, as it is installed here."""
    text = (settings.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    waiting = [*project["dependencies"], *extras["embedded"], *extras["analytics"], *extras["dev"]]
    found: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = Requirement(waiting.pop())
        one = plain(wanted.name), frozenset(wanted.extras)
        if one in found:
            continue
        found.add(one)
        try:
            inner = distribution(wanted.name).requires or []
        except PackageNotFoundError:  # of another platform or extra
            continue
        waiting += [
            each
            for each in inner
            if (mark := Requirement(each).marker) is None
            or any(mark.evaluate({"extra": extra}) for extra in ("", *wanted.extras))
        ]
    return {name for name, _ in found}


def test_everything_that_is_needed_is_pinned_once_to_what_is_installed() -> None:
    pins = pinned()
    installed = {name: _version(name) for name in needed()}
    assert len(installed) > 100
    assert {name: found for name, found in installed.items() if pins.get(name) != found} == {}


def test_no_line_of_the_constraints_is_anything_but_a_version() -> None:
    lines = (settings.ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not _PIN.fullmatch(line)] == []
    assert len(lines) == len(set(lines))


def _version(name: str) -> str:
    return distribution(name).version
