"""Bodies that are nearly valid: resources, patches, Bundles, Parameters, and what is no JSON.

https://hl7.org/fhir/R4/http.html
"""

import copy
import json
from typing import Any

from hypothesis import strategies as st

from fhirapi.definitions import registry
from fhirapi.synthetic import examples
from tests.fuzz import values
from tests.fuzz.headers import odd
from tests.fuzz.searches import BASE, Samples
from tests.fuzz.sending import Request, encoded, query

_NAMES = [each.name for each in registry.every() if examples.of_type(each.name)]
_TYPES = (
    "application/fhir+json",
    "application/fhir+json",
    "application/fhir+json",
    "application/json",
    "application/json-patch+json",
    "application/fhir+json; charset=utf-16",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
    "",
    "x/y; charset=x",
    "multipart/form-data; boundary=x",
    "application/fhir+ndjson",
)
_RAW = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'""',
    b"0",
    b"{}",
    b"[" * 2000,
    b'{"a":' * 2000,
    b"\xff\xfe",
    b"NaN",
    b'{"resourceType":"Patient","resourceType":"Observation"}',
    b"\xef\xbb\xbf{}",
    b'{"resourceType":1}',
    b'{"resourceType":"Patient","id":1e999}',
    b'{"resourceType":null}',
    b'{"resourceType":"Patient","birthDate":"\\ud800"}',
    b'{"resourceType":"Nothing"}',
    b'{"resourceType":"Patient","active":1E400}',
    b'{"resourceType":"Patient"} x',
)


_FHIRPATHS = (
    "Patient.name", "Patient.name[0].given", "Patient", "Observation.status", "Patient.name[",
    "Patient.name.where(use='official')", "Patient.name.first().family", "1 + 1", "Patient.x.y",
    "Observation.value", "Observation.effective", "%resource", "Patient.name[-1]", "Patient.id",
    "Patient.meta", "Patient.name[999999999999]", "(" * 300, "Patient." + "name." * 300,
)  # fmt: skip


def leaf() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.sampled_from(
            (
                None,
                True,
                False,
                0,
                -1,
                1.5,
                10**30,
                1e300,
                [],
                {},
                [[]],
                [None],
                "",
                " ",
                {"reference": "Patient/142859"},
                {"resourceType": "Patient"},
                [{}],
                {"": ""},
                {"extension": []},
                {"extension": [{"url": "x"}]},
                {"div": "<div>"},
            )
        ),
        values.text().filter(lambda each: "\ud800" not in each),
        values.date(),
        values.number(),
    )


@st.composite
def resources(draw: st.DrawFn, samples: Samples, name: str | None = None) -> Any:
    """An example of its type, of a patient that exists, changed in some places."""
    name = name or draw(st.sampled_from(_NAMES))
    found = examples.of_type(name)
    text = json.dumps(found, default=float)
    patient = draw(st.sampled_from([*samples["Patient"][:6], "142859", "142859", "142860", "x"]))
    for each in samples["Patient"]:
        text = text.replace(f"Patient/{each}", f"Patient/{patient}")
    resource = json.loads(text)
    for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
        _change(draw, resource)
    return resource


def _change(draw: st.DrawFn, resource: Any) -> None:
    places = list(_places(resource))
    if not places:
        return
    holder, key = draw(st.sampled_from(places))
    match draw(st.sampled_from(("replace", "replace", "remove", "add", "wrap", "twice"))):
        case "replace":
            holder[key] = draw(leaf())
        case "remove":
            del holder[key]
        case "wrap":
            holder[key] = [holder[key]]
        case "twice":
            other, place = draw(st.sampled_from(places))
            holder[key] = copy.deepcopy(other[place])
        case _ if isinstance(holder, dict):
            holder[
                draw(
                    st.one_of(
                        st.sampled_from(
                            (
                                "_" + str(key),
                                "extension",
                                "contained",
                                "meta",
                                "id",
                                "text",
                                "modifierExtension",
                                "fhir_comments",
                            )
                        ),
                        values.name(),
                    )
                )
            ] = draw(leaf())
        case _:
            holder.append(draw(leaf()))


def _places(node: Any) -> Any:
    if isinstance(node, dict):
        keys: Any = list(node)
    elif isinstance(node, list):
        keys = range(len(node))
    else:
        return
    for key in keys:
        yield node, key
        yield from _places(node[key])


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


@st.composite
def writes(draw: st.DrawFn, samples: Samples) -> Request:
    name = draw(st.sampled_from(_NAMES))
    resource = draw(resources(samples, name))
    body = draw(
        st.one_of(
            st.just(_dumped(resource)),
            st.just(_dumped(resource)),
            st.sampled_from(_RAW),
            st.integers(1, 200).map(lambda end: _dumped(resource)[:-end]),
        )
    )
    right = st.just("application/fhir+json")
    headers = {"Content-Type": draw(right | right | st.sampled_from(_TYPES)), **draw(odd())}
    one = draw(st.sampled_from([*samples.get(name, ["x"])[:8], "fuzz-1", "fuzz-2"]))
    condition = query(
        draw(
            st.lists(
                st.tuples(
                    st.sampled_from(
                        ("identifier", "_id", "code", "subject", "x", "_count", "status")
                    ),
                    st.one_of(st.just(one), values.text()),
                ),
                max_size=2,
            )
        )
    )
    method, path = draw(
        st.sampled_from(
            (
                ("POST", name),
                ("POST", name),
                ("PUT", f"{name}/{one}"),
                ("PUT", f"{name}/{one}"),
                ("PUT", f"{name}?{condition}"),
                ("PATCH", f"{name}?{condition}"),
                ("POST", f"{name}/$validate"),
                ("DELETE", f"{name}/{one}"),
                ("DELETE", f"{name}?{condition}"),
                ("POST", f"{name}/{one}/$validate"),
                ("POST", "Patient/$export"),
                ("POST", f"{name}/_search"),
            )
        )
    )
    if method == "DELETE" and name == "Patient":
        method = "GET"  # whom everybody else asks about
    return Request(method, BASE + path, headers, body)


@st.composite
def patches(draw: st.DrawFn, samples: Samples) -> Request:
    name = draw(st.sampled_from(("Patient", "Observation", "Condition", "Encounter", "CarePlan")))
    one = draw(st.sampled_from(samples.get(name, ["x"])))
    if draw(st.booleans()):  # a patient whom the writers treat
        name, one = "Patient", "142859"
    if draw(st.booleans()):
        right = st.fixed_dictionaries(
            {
                "op": st.just("add"),
                "path": st.just("/language"),
                "value": st.sampled_from(("en", "es", 1, "")),
            }
        )
        some = st.lists(st.one_of(right, _operation()), max_size=4)
        operations = draw(st.one_of(right.map(lambda each: [each]), some, leaf()))
        sent = {"Content-Type": "application/json-patch+json"}
    else:
        operations = {
            "resourceType": "Parameters",
            "parameter": draw(st.lists(_fhirpath_operation(), max_size=3)),
        }
        sent = {"Content-Type": "application/fhir+json"}
    headers = {**draw(odd()), **sent}
    return Request("PATCH", f"{BASE}{name}/{encoded(one)}", headers, _dumped(operations))


def _operation() -> st.SearchStrategy[Any]:
    pointer = st.one_of(
        st.sampled_from(
            (
                "/status",
                "/name/0/family",
                "/name/-",
                "/name/99",
                "/",
                "",
                "/id",
                "/meta",
                "/resourceType",
                "/subject/reference",
                "/~2",
                "/~",
                "/a~1b",
                "/name/01",
                "x",
                "/name/0/given/-",
                "/identifier",
                "/extension/-",
            )
        ),
        values.text(),
    )
    return st.fixed_dictionaries(
        {
            "op": st.sampled_from(
                ("add", "remove", "replace", "move", "copy", "test", "x", None, 1)
            ),
            "path": pointer,
        },
        optional={"value": leaf(), "from": pointer, "x": leaf()},
    )


def _fhirpath_operation() -> st.SearchStrategy[Any]:
    path = st.one_of(
        st.sampled_from(_FHIRPATHS),
        values.text().filter(lambda each: "\ud800" not in each),
    )
    part = st.one_of(
        st.fixed_dictionaries(
            {
                "name": st.just("type"),
                "valueCode": st.sampled_from(("add", "insert", "delete", "replace", "move", "x")),
            }
        ),
        st.fixed_dictionaries({"name": st.just("path"), "valueString": path}),
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(("name", "value", "index", "source", "destination")),
                "valueString": path,
            }
        ),
        st.fixed_dictionaries(
            {
                "name": st.sampled_from(("index", "source", "destination", "value")),
                "valueInteger": st.one_of(st.integers(-2, 3), leaf()),
            }
        ),
        st.fixed_dictionaries({"name": st.just("value"), "part": st.just([{"name": "given"}])}),
        leaf(),
    )
    return st.one_of(
        st.fixed_dictionaries({"name": st.just("operation"), "part": st.lists(part, max_size=5)}),
        leaf(),
    )


@st.composite
def bundles(draw: st.DrawFn, samples: Samples) -> Request:
    bundle: Any = {
        "resourceType": "Bundle",
        "type": draw(
            st.sampled_from(("transaction", "transaction", "batch", "batch", "searchset", 1))
        ),
        "entry": draw(st.lists(_entry(samples), max_size=4)),
    }
    if draw(st.sampled_from((False, False, True))):
        _change(draw, bundle)
    headers = {"Content-Type": "application/fhir+json", **draw(odd())}
    return Request("POST", draw(st.sampled_from((BASE, BASE[:-1]))), headers, _dumped(bundle))


@st.composite
def _entry(draw: st.DrawFn, samples: Samples) -> Any:
    name = draw(st.sampled_from(_NAMES))
    one = draw(st.sampled_from([*samples.get(name, ["x"])[:6], "fuzz-1", "fuzz-2"]))
    method = draw(
        st.sampled_from(("GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "get", None, 1))
    )
    url = draw(
        st.one_of(
            st.sampled_from(
                (
                    name,
                    f"{name}/{one}",
                    f"{name}?_count=1",
                    f"/{name}",
                    f"{name}/{one}/_history",
                    "",
                    "metadata",
                    f"{name}?identifier=x",
                    "Patient/$export",
                    "$export",
                    "../oauth2/token",
                    f"{name}?_page=x",
                    f"http://localhost/R4-patient-api/{name}/{one}",
                    "http://evil.example/Patient",
                    "urn:uuid:x",
                    f"Patient/{samples['Patient'][-1]}",
                    f"Patient/{samples['Patient'][-1]}/$everything",
                )
            ),
            values.text(),
        )
    )
    entry: Any = {"request": {"method": method, "url": url}}
    if draw(st.booleans()):
        entry["resource"] = draw(resources(samples, name))
    if draw(st.booleans()):
        entry["fullUrl"] = draw(st.sampled_from(("urn:uuid:a", "urn:uuid:a", "x", "", 1)))
    for header in ("ifMatch", "ifNoneMatch", "ifNoneExist", "ifModifiedSince"):
        if draw(st.sampled_from((False, False, False, True))):
            entry["request"][header] = draw(st.one_of(st.just('W/"1"'), leaf()))
    return entry
