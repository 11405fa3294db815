"""Look-ups by name; refuses a declaration that contradicts itself at import."""

from collections.abc import Iterator
from dataclasses import replace

from fhirapi.definitions.administrative import ADMINISTRATIVE
from fhirapi.definitions.builders import ANY
from fhirapi.definitions.care import CARE
from fhirapi.definitions.clinical import CLINICAL
from fhirapi.definitions.derived import DERIVED
from fhirapi.definitions.diagnostics import DIAGNOSTICS
from fhirapi.definitions.documents import DOCUMENTS
from fhirapi.definitions.financial import FINANCIAL
from fhirapi.definitions.medications import MEDICATIONS
from fhirapi.definitions.organizations import ORGANIZATIONS
from fhirapi.definitions.scheduling import SCHEDULING
from fhirapi.definitions.schema import ResourceType, SearchParameter

AREAS = (
    ADMINISTRATIVE,
    ORGANIZATIONS,
    SCHEDULING,
    CLINICAL,
    CARE,
    DIAGNOSTICS,
    MEDICATIONS,
    DOCUMENTS,
    FINANCIAL,
)


class BadDeclaration(ValueError):
    """A name or parameter declared twice, or a target or part that does not exist."""


_DECLARED: dict[str, ResourceType] = {}
_TYPES: dict[str, ResourceType] = {}
_BY_LOWER_NAME: dict[str, ResourceType] = {}
_DERIVED: dict[str, ResourceType] = {}


def register(*resource_types: ResourceType) -> None:
    for each in resource_types:
        _check(each)
        _DECLARED[each.name] = each
    _resolve()


def unregister(name: str) -> None:
    del _DECLARED[name]
    _resolve()


def find(name: str) -> ResourceType | None:
    return _TYPES.get(name)


def find_readable(name: str) -> ResourceType | None:
    """Also of the types that are not stored."""
    return _TYPES.get(name) or _DERIVED.get(name)


def find_in_any_case(name: str) -> ResourceType | None:
    """For the guide's addresses, which write ``patient.php`` and ``Patient.php``."""
    return _BY_LOWER_NAME.get(name.lower())


def every() -> Iterator[ResourceType]:
    """Those that are stored: what is searched, written, indexed and exported."""
    return iter(_TYPES.values())


def readable() -> Iterator[ResourceType]:
    """Those, and behind them the types that are made when they are asked for."""
    return iter((*_TYPES.values(), *_DERIVED.values()))


def derived() -> Iterator[ResourceType]:
    return iter(_DERIVED.values())


def _check(resource_type: ResourceType) -> None:
    if resource_type.name.lower() in {name.lower() for name in _DECLARED}:
        raise BadDeclaration(f"{resource_type.name} is declared twice.")
    codes = [parameter.code for parameter in resource_type.search]
    if len(codes) != len(set(codes)):
        raise BadDeclaration(f"{resource_type.name} declares a search parameter twice.")
    for parameter in resource_type.search:
        for named in (*parameter.stored_as, *parameter.parts):
            if named not in codes:
                raise BadDeclaration(f"{resource_type.name}.{parameter.code}: no {named}.")
    if resource_type.members not in (None, *codes):
        raise BadDeclaration(f"{resource_type.name}: no {resource_type.members}.")


def _resolve() -> None:
    """Puts the names of all types in where a reference may lead to any."""
    names = tuple(_DECLARED)
    _TYPES.clear()
    for name, declared in _DECLARED.items():
        search = tuple(_resolved(each, names) for each in declared.search)
        _TYPES[name] = replace(declared, search=search)
    _DERIVED.clear()
    for derived in DERIVED:
        search = tuple(_resolved(each, names) for each in derived.search)
        _DERIVED[derived.name] = replace(derived, search=search)
    _BY_LOWER_NAME.clear()
    _BY_LOWER_NAME.update({name.lower(): each for name, each in _TYPES.items()})


def _resolved(parameter: SearchParameter, names: tuple[str, ...]) -> SearchParameter:
    return replace(parameter, targets=names) if parameter.targets == (ANY,) else parameter


def _check_targets() -> None:
    for resource_type in readable():
        for parameter in resource_type.search:
            for target in parameter.targets:
                if target not in _TYPES:
                    raise BadDeclaration(
                        f"{resource_type.name}.{parameter.code}: no type {target}."
                    )


register(*(row for area in AREAS for row in area))
_check_targets()
