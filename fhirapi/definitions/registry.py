"""Look-ups by name; refuses a declaration that contradicts itself at import."""

from collections.abc import Iterator

from fhirapi.definitions.administrative import ADMINISTRATIVE
from fhirapi.definitions.clinical import CLINICAL
from fhirapi.definitions.diagnostics import DIAGNOSTICS
from fhirapi.definitions.medications import MEDICATIONS
from fhirapi.definitions.schema import ResourceType


class BadDeclaration(ValueError):
    """Two rows of the same name, a parameter declared twice, or a target that does not exist."""


_TYPES: dict[str, ResourceType] = {}
_BY_LOWER_NAME: dict[str, ResourceType] = {}


def register(resource_type: ResourceType) -> None:
    if resource_type.name.lower() in _BY_LOWER_NAME:
        raise BadDeclaration(f"{resource_type.name} is declared twice.")
    codes = [parameter.code for parameter in resource_type.search]
    if len(codes) != len(set(codes)):
        raise BadDeclaration(f"{resource_type.name} declares a search parameter twice.")
    _TYPES[resource_type.name] = resource_type
    _BY_LOWER_NAME[resource_type.name.lower()] = resource_type


def unregister(name: str) -> None:
    del _TYPES[name], _BY_LOWER_NAME[name.lower()]


def find(name: str) -> ResourceType | None:
    return _TYPES.get(name)


def find_in_any_case(name: str) -> ResourceType | None:
    """For the guide's addresses, which write ``patient.php`` and ``Patient.php``."""
    return _BY_LOWER_NAME.get(name.lower())


def every() -> Iterator[ResourceType]:
    return iter(_TYPES.values())


def _check_targets() -> None:
    for resource_type in every():
        for parameter in resource_type.search:
            for target in parameter.targets:
                if target not in _TYPES:
                    raise BadDeclaration(
                        f"{resource_type.name}.{parameter.code}: no type {target}."
                    )


for _row in (*ADMINISTRATIVE, *CLINICAL, *DIAGNOSTICS, *MEDICATIONS):
    register(_row)
_check_targets()
