"""The searches that the four versions of US Core ask for, from their own tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhirapi.definitions import profiles

_ASKED = ("SHALL", "SHOULD")
DATES = ("date", "dateTime", "instant", "Period")


@dataclass(frozen=True)
class Required:
    resource_type: str
    parameters: tuple[tuple[str, tuple[str, ...], str], ...]
    """Name, paths and element type of each."""

    def __str__(self) -> str:
        return f"{self.resource_type}?{'&'.join(name for name, _, _ in self.parameters)}"


def searches() -> list[Required]:
    found = {required for profile in _profiles() for required in searches_of(profile)}
    return sorted({str(each): each for each in found}.values(), key=str)


def searches_of(profile: Any) -> list[Required]:
    """Those that SHALL or SHOULD work for the profile."""
    return [
        Required(profile["resource"], tuple(_parameter(profile, name) for name in search["params"]))
        for search in profile["searches"]
        if search["expectation"] in _ASKED
    ]


def comparators() -> list[tuple[Required, str]]:
    """Every comparator that SHALL work, with the search parameter alone."""
    found = {}
    for profile in _profiles():
        for name, about in profile["search_params"].items():
            for prefix, expectation in about["comparators"].items():
                if expectation == "SHALL" and name != "_lastUpdated":
                    required = Required(profile["resource"], (_parameter(profile, name),))
                    found[f"{required}={prefix}"] = (required, prefix)
    return [found[each] for each in sorted(found)]


def alternatives() -> list[Required]:
    """Every parameter whose or-list SHALL work."""
    found = {}
    for profile in _profiles():
        for name, about in profile["search_params"].items():
            if about["multiple_or"] == "SHALL":
                required = Required(profile["resource"], (_parameter(profile, name),))
                found[str(required)] = required
    return [found[each] for each in sorted(found)]


def _profiles() -> Iterator[Any]:
    for version in profiles.VERSIONS:
        yield from profiles.of_version(version)


def _parameter(profile: Any, name: str) -> tuple[str, tuple[str, ...], str]:
    about = profile["search_params"][name]
    return name, tuple(about["path"]), about["type"]
