"""Search parameters: those of every type as components, those of a type with its search."""

from fhirapi.definitions import registry
from fhirapi.definitions.builders import COMMON
from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.rest.openapi.parts import FORM, Json, parameter_ref, query_parameter
from fhirapi.search.cost import DEFAULT_COUNT, MAX_COUNT
from fhirapi.search.query import modifiers
from fhirapi.search.sort import is_sortable
from fhirapi.synthetic import examples

_TEXT = {"type": "string"}
_WORDS = {
    ParameterType.TOKEN: "code, or system|code",
    ParameterType.REFERENCE: "id, or Type/id",
    ParameterType.DATE: "2020, 2020-03-05 or an instant; with eq ne gt lt ge le sa eb ap before it",
    ParameterType.STRING: "what it begins with",
    ParameterType.URI: "the whole address",
    ParameterType.QUANTITY: "5.4, or 5.4|system|code; with a prefix such as gt before it",
    ParameterType.NUMBER: "100; with a prefix such as gt before it",
    ParameterType.COMPOSITE: "both parts with $ between them",
}
_COMMON = tuple(each.code for each in COMMON)


def components() -> Json:
    """Under the names by which operations refer to them: ``_count``, ``Observation.code``."""
    found = _common()
    for resource_type in registry.readable():
        for each in _own(resource_type):
            found[_name(resource_type, each)] = _search_parameter(resource_type, each)
    return found


def own(resource_type: ResourceType) -> list[Json]:
    """Those that select by what the type has."""
    return [parameter_ref(_name(resource_type, each)) for each in _own(resource_type)]


def _own(resource_type: ResourceType) -> list[SearchParameter]:
    return [each for each in resource_type.search if each.code not in _COMMON]


def _name(resource_type: ResourceType, parameter: SearchParameter) -> str:
    return f"{resource_type.name}.{parameter.code}"


def _common() -> Json:
    flag: Json = {"type": "string", "enum": ["true", "false"]}
    found = [
        query_parameter("_count", "Entries of a page; beyond the most, the most are answered.",
                        {"type": "integer", "minimum": 0, "maximum": MAX_COUNT,
                         "default": DEFAULT_COUNT}),
        query_parameter("_total", "Whether all are counted, which takes longer.",
                        {"type": "string", "enum": ["none", "estimate", "accurate"]}),
        query_parameter("_summary", "Parts of the resources, or their number alone.",
                        {"type": "string", "enum": ["true", "text", "data", "count", "false"]}),
        query_parameter("_elements", "Names of elements, commas between them: only these, and "
                        "those that must be there.", _TEXT),
        query_parameter("_pretty", "Whether the answer is indented.", flag),
        query_parameter("_page", "Of the page before: taken from its next link, never made up.",
                        _TEXT),
    ]  # fmt: skip
    of_all = [_search_parameter(None, each) for each in COMMON]
    return {each["name"]: each for each in (*found, *of_all)}


def of_search(resource_type: ResourceType) -> list[Json]:
    """What the query of a search may have."""
    return [
        *own(resource_type),
        *(parameter_ref(code) for code in _COMMON),
        *_of_result(resource_type),
        *(parameter_ref(name) for name in ("_count", "_total", "_summary", "_elements", "_page")),
    ]


def form_of_search(resource_type: ResourceType) -> Json:
    """The same names in a body; their words stand with the search by GET."""
    names = [*(each.code for each in resource_type.search), "_sort", "_count"]
    properties = {name: {"type": "string"} for name in names}
    schema = {"type": "object", "properties": properties}
    return {"required": False, "content": {FORM: {"schema": schema}}}


def _search_parameter(resource_type: ResourceType | None, parameter: SearchParameter) -> Json:
    told = query_parameter(parameter.code, _words(parameter), _many(_TEXT))
    found = examples.value_of(resource_type, parameter) if resource_type else None
    return {**told, "example": [found]} if found else told


def _words(parameter: SearchParameter) -> str:
    what = f"{parameter.type.value}: {_WORDS[parameter.type]}"
    where = f" Of {', '.join(parameter.paths)}." if parameter.paths else ""
    if parameter.parts:
        where = f" {' and '.join(parameter.parts)}."
    to = f" To {', '.join(parameter.targets)}." if parameter.targets else ""
    known = sorted(f":{each}" for each in modifiers(parameter) if each)
    modified = f" Modifiers: {', '.join(known)}." if known else ""
    return f"{what}.{where}{to}{modified}"


def _many(items: Json) -> Json:
    """Given several times: all have to match."""
    return {"type": "array", "items": items}


def _of_result(resource_type: ResourceType) -> list[Json]:
    name = resource_type.name
    sorts = [each.code for each in resource_type.search if is_sortable(each)]
    include = [f"{name}:{each.code}" for each in _references(resource_type)]
    reverse = [
        f"{source.name}:{each.code}"
        for source in registry.every()
        for each in _references(source)
        if name in each.targets
    ]
    signed = [sign + code for code in sorts for sign in ("", "-")]
    order = {"type": "array", "minItems": 1, "maxItems": 5, "items": {"enum": signed}}
    told = query_parameter("_sort", "What comes first; - before a name: downwards.", order)
    found = [{**told, "style": "form", "explode": False}]
    for parameter, words, named in (
        ("_include", "What is answered beside: that to which these refer.", include),
        ("_revinclude", "What is answered beside: that which refers by these.", reverse),
    ):
        if named:
            found.append(query_parameter(parameter, words, _many({"enum": named})))
    return found


def _references(resource_type: ResourceType) -> list[SearchParameter]:
    return [each for each in resource_type.search if each.type is ParameterType.REFERENCE]
