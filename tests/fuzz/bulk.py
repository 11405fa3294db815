"""Exports, imports, uploads and their jobs. https://hl7.org/fhir/uv/bulkdata/STU2/"""

import json

from hypothesis import strategies as st

from fhirapi.definitions import registry
from tests.fuzz import values
from tests.fuzz.bodies import leaf
from tests.fuzz.headers import odd
from tests.fuzz.searches import BASE, Samples
from tests.fuzz.sending import Request, encoded, query

_TYPES = [each.name for each in registry.every()]
_FILTERS = (
    "Observation?code=8867-4",
    "Observation?_has:x:y:z=1",
    "Observation",
    "Nothing?x=1",
    "Patient?",
    "Observation?code=1&code=2,Condition?x=%00",
    "Observation?date=xx",
    "?",
    "Observation?_sort=date",
    "Patient?name:contains=a",
    "Observation?subject.name=x",
)


_OTHERS = (
    "patient", "includeAssociatedData", "organizeOutputBy", "_format", "allowPartialManifests",
)  # fmt: skip
_VALUES = (
    "valueString", "valueInstant", "valueCode", "resource", "valueReference", "part",
)  # fmt: skip


@st.composite
def requests(draw: st.DrawFn, samples: Samples) -> Request:
    return draw(st.one_of(_exports(samples), _imports(), _jobs()))


@st.composite
def _exports(draw: st.DrawFn, samples: Samples) -> Request:
    parameter = st.one_of(
        st.tuples(
            st.just("_type"),
            st.lists(st.sampled_from(_TYPES), min_size=1, max_size=3).map(",".join),
        ),
        st.tuples(st.just("_since"), values.date()),
        st.tuples(st.just("_until"), values.date()),
        st.tuples(st.just("_typeFilter"), st.sampled_from(_FILTERS)),
        st.tuples(st.just("_elements"), st.sampled_from(("id", "Patient.name", "x.y.z", "", "*"))),
        st.tuples(
            st.just("_outputFormat"),
            st.sampled_from(("ndjson", "application/fhir+ndjson", "parquet", "x")),
        ),
        st.tuples(
            st.sampled_from(_OTHERS),
            values.text(),
        ),
        st.tuples(values.name(), values.text()),
    )
    pairs = draw(st.lists(parameter, max_size=4))
    group = draw(st.sampled_from([*samples.get("Group", ["x"]), "x"]))
    path = draw(st.sampled_from(("$export", "Patient/$export", f"Group/{group}/$export")))
    headers = {"Prefer": "respond-async", "Accept": "application/fhir+json", **draw(odd())}
    if draw(st.booleans()):
        return Request("GET", f"{BASE}{path}?{query(pairs)}", headers)
    given = [
        {
            "name": name,
            draw(st.sampled_from(_VALUES)): draw(st.one_of(st.just(value), leaf())),
        }
        for name, value in pairs
    ]
    body = json.dumps({"resourceType": "Parameters", "parameter": given}).encode()
    return Request(
        "POST", f"{BASE}{path}", {"Content-Type": "application/fhir+json", **headers}, body
    )


@st.composite
def _imports(draw: st.DrawFn) -> Request:
    address = st.one_of(
        st.sampled_from(
            (
                "http://127.0.0.1:1/a.ndjson",
                "https://localhost/a",
                "http://169.254.169.254/latest",
                "file:///etc/passwd",
                "http://[::1]:1/",
                "ftp://x/y",
                "http://u:p@h/",
                "http://example.invalid/a",
            )
        ),
        values.text(),
    )
    file = st.one_of(
        st.fixed_dictionaries(
            {"type": st.sampled_from((*_TYPES, "x")), "url": address}, optional={"x": leaf()}
        ),
        leaf(),
    )
    manifest = draw(
        st.one_of(
            st.fixed_dictionaries(
                {
                    "inputFormat": st.sampled_from(("application/fhir+ndjson", "x", None)),
                    "input": st.one_of(st.lists(file, max_size=3), leaf()),
                },
                optional={"inputSource": address, "storageDetail": leaf(), "mode": leaf()},
            ),
            leaf(),
        )
    )
    headers = {"Prefer": "respond-async", "Content-Type": "application/json", **draw(odd())}
    path = draw(
        st.sampled_from(("$import", "$import", "bulk/uploads", "bulk/uploads?type=Patient"))
    )
    if path != "$import":
        headers["Content-Type"] = "application/fhir+ndjson"
    return Request("POST", BASE + path, headers, json.dumps(manifest).encode())


@st.composite
def _jobs(draw: st.DrawFn) -> Request:
    job = draw(st.one_of(st.uuids().map(str), values.text().map(encoded)))
    part = draw(st.one_of(st.integers(0, 10**20).map(str), values.text().map(encoded)))
    path = draw(
        st.sampled_from(
            (
                f"bulk/jobs/{job}",
                f"bulk/imports/{job}",
                f"bulk/uploads/{part}",
                f"bulk/files/{part}/{job}",
                f"bulk/imports/{job}/rejects/{part}/OperationOutcome.ndjson",
                f"OperationDefinition/{part}",
            )
        )
    )
    return Request(
        draw(st.sampled_from(("GET", "GET", "DELETE", "POST", "PUT"))), BASE + path, draw(odd())
    )
