"""Look-ups by path name; refuses a declaration that contradicts itself at import."""

from collections.abc import Iterable, Iterator

from fhirapi.definitions import registry as definitions
from fhirapi.definitions.schema import ParameterType
from fhirapi.provider.kinds import AREAS
from fhirapi.provider.permitted import permitted
from fhirapi.provider.schema import Field, FilterType, Kind


class BadDeclaration(ValueError):
    """A name used twice, or a type, search parameter or target that is not declared."""


_PARAMETERS = {
    FilterType.ID: (ParameterType.REFERENCE,),
    FilterType.CODE: (ParameterType.TOKEN,),
    FilterType.STATUS: (ParameterType.TOKEN,),
    FilterType.FLAG: (ParameterType.TOKEN,),
    FilterType.DATE: (ParameterType.DATE,),
    FilterType.TEXT: (ParameterType.STRING,),
}
_KINDS: dict[str, Kind] = {}


def find(name: str) -> Kind | None:
    return _KINDS.get(name)


def every() -> Iterator[Kind]:
    return iter(_KINDS.values())


def register(kinds: Iterable[Kind]) -> None:
    for each in kinds:
        if each.name in _KINDS:
            raise BadDeclaration(f"{each.name} is declared twice.")
        _check(each)
        _KINDS[each.name] = permitted(each)


def _check(kind: Kind) -> None:
    resource_type = definitions.find(kind.resource_type)
    if resource_type is None:
        raise BadDeclaration(f"{kind.name}: no type {kind.resource_type}.")
    _check_fields(kind.name, kind.fields)
    for name in (name for names in kind.needs for name in names):
        if kind.field(name) is None:
            raise BadDeclaration(f"{kind.name}: no field {name}.")
    names = [each.name for each in kind.filters]
    if len(names) != len(set(names)):
        raise BadDeclaration(f"{kind.name} declares a filter twice.")
    used = [each.parameter for each in kind.always] + [each.parameter for each in kind.filters]
    for code in used:
        if resource_type.parameter(code) is None:
            raise BadDeclaration(f"{kind.name}: {kind.resource_type} has no {code}.")
    for each in kind.filters:
        parameter = resource_type.parameter(each.parameter)
        if parameter and parameter.type not in _PARAMETERS[each.type]:
            raise BadDeclaration(f"{kind.name}.{each.name}: {each.parameter} is no such thing.")
        if parameter and each.target and each.target not in parameter.targets:
            raise BadDeclaration(f"{kind.name}.{each.name}: no reference to {each.target}.")


def _check_fields(where: str, fields: tuple[Field, ...]) -> None:
    names = [each.name for each in fields]
    if len(names) != len(set(names)):
        raise BadDeclaration(f"{where} declares a field twice.")
    for each in fields:
        named = f"{where}.{each.name}"
        if each.default is not None and any(each.shape.errors(each.default, named)):
            raise BadDeclaration(f"{named}: its default is none of its values.")
        if each.default is not None and (each.is_required or each.is_read_only):
            raise BadDeclaration(f"{named}: a default that can never be used.")
        _check_fields(named, each.shape.below())


register(each for area in AREAS for each in area)
