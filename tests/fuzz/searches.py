"""Searches of every type, made from the declarations: right ones, nearly right ones, absurd ones.

https://hl7.org/fhir/R4/search.html
"""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.search.query import RESULT_PARAMETERS
from fhirapi.synthetic import examples
from tests.fuzz import values
from tests.fuzz.headers import odd
from tests.fuzz.sending import Request, encoded, query

BASE = "/R4-patient-api/"
Pair = tuple[str, str]
Samples = Mapping[str, Sequence[str]]
_TYPES = list(registry.every())
_NAMES = [each.name for each in _TYPES]
_MODIFIERS = (
    "missing",
    "exact",
    "contains",
    "text",
    "not",
    "above",
    "below",
    "in",
    "not-in",
    "identifier",
    "of-type",
    "type",
    "iterate",
    "recurse",
    "Patient",
    "Observation",
    "",
    "xyz",
)
_DEEPEST = 6


@st.composite
def requests(draw: st.DrawFn, samples: Samples) -> Request:
    resource_type = draw(st.sampled_from(_TYPES))
    pairs = draw(st.lists(_pair(resource_type, samples), max_size=5))
    if draw(_rarely()) and pairs:
        pairs.append((pairs[0][0], draw(values.text())))  # repeated
    path = draw(_address(resource_type.name, samples))
    if draw(_rarely()):
        headers = {"Content-Type": "application/x-www-form-urlencoded", **draw(odd())}
        path = f"{BASE}{resource_type.name}/_search"
        return Request("POST", path, headers, query(pairs).encode())
    method = draw(st.sampled_from(("GET", "GET", "GET", "GET", "HEAD")))
    return Request(method, f"{path}?{query(pairs)}", draw(odd()))


def _rarely() -> st.SearchStrategy[bool]:
    return st.sampled_from((False, False, False, False, True))


def _address(name: str, samples: Samples) -> st.SearchStrategy[str]:
    patient = st.sampled_from(samples["Patient"])
    return st.one_of(
        st.just(f"{BASE}{name}"),
        st.just(f"{BASE}{name}"),
        st.just(f"{BASE}{name}/"),
        patient.map(lambda each: f"{BASE}Patient/{each}/{name}"),
        st.just(f"{BASE}single/{name}.php"),
        st.just(f"{BASE}multiple/api/{name.lower()}.php"),
        st.just(f"{BASE}{name}/_history"),
        patient.map(lambda each: f"{BASE}Patient/{each}/$everything"),
        st.just(f"{BASE}Patient/$everything"),
        st.just(f"{BASE}DocumentReference/$docref"),
        values.text().map(lambda each: f"{BASE}{encoded(each)}"),
        st.sampled_from(samples.get(name, ["x"])).flatmap(
            lambda each: st.sampled_from(("", "/_history", "/_history/1", "/$validate", "/x")).map(
                lambda end: f"{BASE}{name}/{encoded(each)}{end}"
            )
        ),
    )


def _pair(resource_type: ResourceType, samples: Samples) -> st.SearchStrategy[Pair]:
    return st.one_of(
        _criterion(resource_type, samples, 0),
        _criterion(resource_type, samples, 0),
        _result_parameter(resource_type),
        st.tuples(values.name(), values.text()),
    )


@st.composite
def _criterion(draw: st.DrawFn, resource_type: ResourceType, samples: Samples, depth: int) -> Pair:
    way = draw(st.sampled_from(("plain", "plain", "modified", "chain", "has")))
    if depth < _DEEPEST and way == "chain":
        return draw(_chain(resource_type, samples, depth))
    if depth < _DEEPEST and way == "has":
        return draw(_has(resource_type, samples, depth))
    parameter = draw(st.sampled_from(resource_type.search))
    name = parameter.code
    if way == "modified":
        name = f"{name}:{draw(st.sampled_from(_MODIFIERS))}"
    if draw(_rarely()):
        return name, draw(values.text())
    one = value_of(resource_type, parameter, samples)
    return name, ",".join(draw(st.lists(one, min_size=1, max_size=3)))


@st.composite
def _chain(draw: st.DrawFn, resource_type: ResourceType, samples: Samples, depth: int) -> Pair:
    references = [each for each in resource_type.search if each.type is ParameterType.REFERENCE]
    if not references:
        return f"{draw(st.sampled_from(resource_type.search)).code}.name", "x"
    parameter = draw(st.sampled_from(references))
    targets = [found for each in parameter.targets if (found := registry.find(each))]
    if not targets:
        return f"{parameter.code}.name", draw(values.text())
    target = draw(st.sampled_from(targets))
    name, value = draw(_criterion(target, samples, depth + 1))
    narrowed = draw(st.sampled_from(("", f":{target.name}", ":Nothing")))
    return f"{parameter.code}{narrowed}.{name}", value


@st.composite
def _has(draw: st.DrawFn, resource_type: ResourceType, samples: Samples, depth: int) -> Pair:
    ways = [
        (each, parameter)
        for each in _TYPES
        for parameter in each.search
        if resource_type.name in parameter.targets
    ]
    if not ways:
        return f"_has:Observation:subject:{draw(values.name())}", draw(values.text())
    source, parameter = draw(st.sampled_from(ways))
    name, value = draw(_criterion(source, samples, depth + 1))
    return f"_has:{source.name}:{parameter.code}:{name}", value


def value_of(
    resource_type: ResourceType, parameter: SearchParameter, samples: Samples
) -> st.SearchStrategy[str]:
    real = examples.value_of(resource_type, parameter) or "x"
    found = [st.just(real), st.just(real)]
    if parameter.code == "_id":
        found.append(st.sampled_from(samples.get(resource_type.name, ["x"])))
    match parameter.type:
        case ParameterType.DATE:
            found.append(values.date())
        case ParameterType.NUMBER:
            found.append(values.number())
        case ParameterType.QUANTITY:
            unit = st.sampled_from(("", "|http://unitsofmeasure.org|mg", "||mg", "|x", "|a|b|c|d"))
            found.append(st.tuples(values.number(), unit).map("".join))
        case ParameterType.REFERENCE:
            found.append(_reference(samples))
        case ParameterType.COMPOSITE:
            found.append(st.lists(values.text(), min_size=1, max_size=3).map("$".join))
        case ParameterType.TOKEN:
            found.append(st.lists(values.text(), min_size=1, max_size=3).map("|".join))
        case _:
            found.append(values.text())
    return st.one_of(found)


def _reference(samples: Samples) -> st.SearchStrategy[str]:
    name = st.sampled_from(_NAMES)
    real = name.flatmap(
        lambda each: st.tuples(st.just(each), st.sampled_from(samples.get(each, ["x"])))
    )
    return st.one_of(
        real.map("/".join),
        real.map(lambda each: each[1]),
        st.sampled_from(samples["Patient"]).map(lambda each: f"Patient/{each}"),
        real.map(lambda each: f"http://localhost/R4-patient-api/{each[0]}/{each[1]}"),
        st.tuples(st.sampled_from(("", "Patient/", "Group/")), values.text()).map("".join),
    )


def _result_parameter(resource_type: ResourceType) -> st.SearchStrategy[Pair]:
    sorts = [each.code for each in resource_type.search]
    known = st.sampled_from(list(RESULT_PARAMETERS)).flatmap(
        lambda name: st.tuples(
            st.just(name),
            st.one_of(st.sampled_from(sorted(RESULT_PARAMETERS[name]) or ["1"]), values.text()),
        )
    )
    sort = st.lists(
        st.tuples(st.sampled_from(("", "-")), st.sampled_from(sorts)).map("".join),
        min_size=1,
        max_size=6,
    ).map(lambda each: ("_sort", ",".join(each)))
    count = st.sampled_from(("0", "1", "2", "1000", "99999999999", "-1", "1.5", "\u0661"))
    return st.one_of(
        known,
        sort,
        _included(resource_type),
        _included(resource_type),
        count.map(lambda each: ("_count", each)),
        st.sampled_from(("id", "status,code", "meta", "x", "name,,")).map(
            lambda each: ("_elements", each)
        ),
        values.text().map(lambda each: ("_page", each)),
        st.sampled_from(
            (
                ("_pretty", "true"),
                ("_format", "xml"),
                ("_format", "json"),
                ("_contained", "true"),
                ("_text", "x"),
                ("_content", "x"),
                ("_filter", "a eq b"),
                ("_query", "x"),
                ("_list", "1"),
                ("_type", "Patient"),
                ("_since", "2020"),
                ("start", "2020"),
                ("end", "2020"),
                ("_offset", "1000000000"),
                ("_getpagesoffset", "5"),
            )
        ),
    )


@st.composite
def _included(draw: st.DrawFn, resource_type: ResourceType) -> Pair:
    name = draw(
        st.sampled_from(
            (
                "_include",
                "_revinclude",
                "_include:iterate",
                "_revinclude:iterate",
                "_include:recurse",
                "_include:x",
            )
        )
    )
    source = resource_type if draw(st.booleans()) else draw(st.sampled_from(_TYPES))
    references = [each for each in source.search if each.type is ParameterType.REFERENCE]
    code = draw(st.sampled_from([*(each.code for each in references), "*", "x", ""]))
    target = draw(st.sampled_from(("", "", ":Patient", ":Nothing", ":")))
    return name, f"{source.name}:{code}{target}"
