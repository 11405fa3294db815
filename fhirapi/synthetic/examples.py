"""One made-up resource of each type, for documentation: short, valid, and of nobody.

https://hl7.org/fhir/R4/references.html - what it refers to is not made up beside it.
"""

from functools import cache

import orjson

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.searchparams import paths
from fhirapi.searchparams.token import forms
from fhirapi.synthetic import population
from fhirapi.synthetic.concepts import Resource

_SEED = 1
_RECORDS = 6
"""So many lives have every type in them but those that follow."""
_ELSEWHERE: dict[str, Resource] = {
    "Group": {
        "resourceType": "Group",
        "id": "group-1",
        "type": "person",
        "actual": True,
        "name": "Patients with diabetes",
        "member": [{"entity": {"reference": "Patient/142859"}}],
    },
    "RelatedPerson": {
        "resourceType": "RelatedPerson",
        "id": "related-1",
        "active": True,
        "patient": {"reference": "Patient/142859"},
        "name": [{"family": "Larson", "given": ["Ellen"]}],
    },
}


@cache
def _by_type() -> dict[str, Resource]:
    """The shortest of each type."""
    lives = (population.record(_SEED, number) for number in range(_RECORDS))
    found = dict(_ELSEWHERE)
    for each in (*population.practice(_SEED), *(each for life in lives for each in life)):
        known = found.get(each["resourceType"])
        if known is None or _length(each) < _length(known):
            found[each["resourceType"]] = each
    return found


def _length(resource: Resource) -> int:
    return len(orjson.dumps(resource))


def of_type(name: str) -> Resource | None:
    """None for a type that no made-up life has."""
    return _by_type().get(name)


def value_of(resource_type: ResourceType, parameter: SearchParameter) -> str | None:
    """What would find the example of its type; None where it has nothing under the parameter."""
    resource = of_type(resource_type.name)
    if resource is None:
        return None
    if parameter.code == "_id":
        return str(resource["id"])
    for path in parameter.paths:
        for value in paths.values(resource, path):
            if text := _text(parameter.type, value):
                return text
    return None


def _text(kind: ParameterType, value: object) -> str | None:
    """As it is written in a query."""
    match kind, value:
        case ParameterType.TOKEN, _:
            return max(forms(value), key=len, default=None)
        case ParameterType.REFERENCE, {"reference": str(reference)}:
            return reference
        case ParameterType.DATE, str(moment) | {"start": str(moment)}:
            return moment[:10]
        case ParameterType.STRING, str(text) | {"family": str(text)} | {"city": str(text)}:
            return text
        case ParameterType.URI, str(uri):
            return uri
        case ParameterType.QUANTITY, {"value": number, "unit": str(unit)}:
            return f"{number}||{unit}"
        case ParameterType.NUMBER, int(number) | float(number):
            return str(number)
    return None
