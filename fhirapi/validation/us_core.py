"""What US Core's profiles ask of a resource, from the tables of ``definitions/profiles.py``.

The tables have mandatory elements, required bindings, targets of references and the codes by which
a profile is searched. They have no slices and no rules: of elements that a profile slices, one has
to be as the slice is, since the tables do not say which.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from fhirapi.definitions import profiles
from fhirapi.definitions.profiles import Profile
from fhirapi.validation.tables import resource_types

_SLICED = ("Observation.category", "Observation.component", "Coverage.identifier")
_OF_OPTIONAL_SLICES = ("Location.type.coding", "Observation.extension")
_UNSEARCHED = ("DocumentReference", "ServiceRequest")
"""Types whose categories are recommended, not required."""
_EXAMPLES = ("us-core-smokingstatus",)
"""Profiles of observations for which other codes are possible, too."""
_SEVERAL = ("us-core-condition-problems-health-concerns",)
_CODES = {
    "us-core-narrative-status": "additional generated",
    "us-core-observation-smoking-status-status": "final entered-in-error",
    "ucum-bodylength": "cm [in_i]",
    "ucum-bodytemp": "Cel [degF]",
    "ucum-bodyweight": "g kg [lb_av]",
    "ucum-vitals-common": "% cm [in_i] kg g [lb_av] Cel [degF] mm[Hg] /min kg/m2 m2",
}
"""Of required bindings that are US Core's own. Those of R4 are looked at for every resource."""


@dataclass(frozen=True)
class Mandatory:
    steps: tuple[str, ...]
    at_least_one: bool
    """Of the elements above it; otherwise all of them."""


@dataclass(frozen=True)
class Coded:
    steps: tuple[str, ...]
    codes: frozenset[str]
    """Of a code, or of any coding of any of the concepts."""


@dataclass(frozen=True)
class Targeted:
    steps: tuple[str, ...]
    types: frozenset[str]


@dataclass(frozen=True)
class Demands:
    """What one version of a profile asks for."""

    url: str
    version: str
    resource_type: str
    mandatory: tuple[Mandatory, ...]
    coded: tuple[Coded, ...]
    """Each value that is there is one of the codes."""
    recognised_by: tuple[Coded, ...]
    """One of the values is."""
    targeted: tuple[Targeted, ...]


@lru_cache(maxsize=500)  # the canonicals are those of requests
def demands(canonical: str) -> Demands | None:
    """Of ``url|version``; without a version, the newest that has the profile.

    The version is US Core's, or the profile's own: those of vital signs in 3.1.1 are R4's.
    """
    url, _, version = canonical.partition("|")
    for each in reversed(profiles.VERSIONS):
        found = _of_version(each).get(url)
        if found is not None and version in ("", each, found["profile_version"]):
            return _demands(found, each)
    return None


@cache
def _of_version(version: str) -> dict[str, Profile]:
    return {each["profile"]: each for each in profiles.of_version(version)}


def _demands(profile: Profile, version: str) -> Demands:
    return Demands(
        profile["profile"],
        version,
        profile["resource"],
        tuple(_mandatory(profile["mandatory"])),
        tuple(_coded(profile["required_bindings"])),
        tuple(_recognised(profile)),
        tuple(_targeted(profile["references"])),
    )


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _mandatory(paths: list[str]) -> Iterator[Mandatory]:
    for path in paths:
        if not path.startswith(_OF_OPTIONAL_SLICES):
            is_sliced = any(path.startswith(f"{each}.") for each in _SLICED)
            yield Mandatory(_steps(path.partition(".")[2]), is_sliced)


def _coded(bindings: list[dict[str, str]]) -> Iterator[Coded]:
    for path, codes in {
        (each["path"], _CODES.get(each["value_set"].rpartition("/")[2], "")) for each in bindings
    }:
        if codes:
            steps = tuple(f"{step}[x]" if step == "value" else step for step in _steps(path))
            yield Coded(steps, frozenset(codes.split()))


def _recognised(profile: Profile) -> Iterator[Coded]:
    kind, name = profile["resource"], profile["profile"].rpartition("/")[2]
    if kind in _UNSEARCHED:
        return
    values = {
        element: profile["search_params"].get(element, {}).get("values", [])
        for element in ("category", "code")
    }
    is_one = len(values["category"]) == 1 or name in _SEVERAL
    if is_one and f"{kind}.category" in profile["mandatory"]:
        yield Coded(("category",), frozenset(values["category"]))
    if kind == "Observation" and values["code"] and name not in _EXAMPLES:
        yield Coded(("code",), frozenset(values["code"]))


def _targeted(references: list[dict[str, list[str]]]) -> Iterator[Targeted]:
    allowed: dict[str, set[str]] = {}
    for each in references:
        path = str(each["path"]).partition(".")[2]
        allowed.setdefault(path, set()).update(_type_of(url) for url in each["profiles"])
    for path, types in allowed.items():
        if "Resource" not in types:
            yield Targeted(_steps(path), frozenset(types))


@cache
def _types_of_profiles() -> dict[str, str]:
    return {
        each["profile"]: each["resource"]
        for version in profiles.VERSIONS
        for each in profiles.of_version(version)
    }


def _type_of(url: str) -> str:
    name = url.rpartition("/")[2]
    return name if name in resource_types() else _types_of_profiles().get(url, "Resource")
