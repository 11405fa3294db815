"""The Provider Access API and what both descriptions describe: made by schemathesis and by us.

https://schemathesis.readthedocs.io
"""

import json
from functools import cache
from typing import Any

import requests
import schemathesis
from hypothesis import strategies as st

from fhirapi.provider import openapi as provider_openapi
from fhirapi.provider import registry as kinds
from fhirapi.rest.openapi import document
from tests.fuzz import values
from tests.fuzz.bodies import leaf
from tests.fuzz.headers import odd
from tests.fuzz.searches import Samples
from tests.fuzz.sending import Request, encoded, query

BASE = "/provider-api/v1"
_FHIR_BASE = "/R4-patient-api"


_PATHS = (
    "/{kind}", "/{kind}/{one}", "/{kind}/bulk", "/changes", "/webhooks", "/webhooks/{one}",
    "/documents/upload", "/documents/{one}/content", "/", "/problem-types", "/{one}",
)  # fmt: skip
_PARAMETERS = (
    "patient_id", "limit", "cursor", "updated_since", "fields", "sort", "status", "date_from",
    "code", "q", "count", "page",
)  # fmt: skip
_MEMBERS = (
    "patient_id", "status", "code", "records", "events", "url", "name", "value", "date", "id",
    "version",
)  # fmt: skip
_BODY_TYPES = (
    "application/json", "application/json", "application/merge-patch+json", "text/plain", "",
    "multipart/form-data; boundary=x",
)  # fmt: skip


@cache
def _operations(is_fhir: bool) -> list[Any]:
    """Of FHIR what reads: bodies that are made from R4's schemas would be endless."""
    if is_fhir:
        described: Any = document.description(f"http://localhost{_FHIR_BASE}")
        schema: Any = schemathesis.openapi.from_dict(described).include(method="GET")
    else:
        schema = schemathesis.openapi.from_dict(provider_openapi.description())
    return [each.ok() for each in schema.get_all_operations()]


@st.composite
def described(draw: st.DrawFn, *, is_fhir: bool) -> Request:
    operation = draw(st.sampled_from(_operations(is_fhir)))
    case = draw(operation.as_strategy())
    base = _FHIR_BASE if is_fhir else BASE
    made = case.as_transport_kwargs(base_url=f"http://localhost{base}")
    known = ("method", "url", "headers", "params", "data", "json", "files", "cookies")
    prepared = requests.Request(**{name: made[name] for name in known if name in made}).prepare()
    body = prepared.body or b""
    sent = {
        name: str(value)
        for name, value in prepared.headers.items()
        if name not in ("Content-Length", "Accept-Encoding", "User-Agent", "Authorization")
    }
    return Request(
        prepared.method or "GET",
        prepared.path_url,
        sent,
        body.encode() if isinstance(body, str) else body,
    )


@st.composite
def ours(draw: st.DrawFn, samples: Samples) -> Request:
    kind = draw(st.sampled_from([each.name for each in kinds.every()]))
    one = draw(st.one_of(st.sampled_from(samples["Patient"]), values.text().map(encoded)))
    pairs = draw(
        st.lists(
            st.tuples(
                st.one_of(
                    st.sampled_from(_PARAMETERS),
                    values.name(),
                ),
                st.one_of(st.sampled_from(("142859", "10", "2020-01-01")), values.text()),
            ),
            max_size=3,
        )
    )
    path = draw(
        st.sampled_from([f"/{kind}", *(each.format(kind=kind, one=one) for each in _PATHS)])
    )
    method = draw(st.sampled_from(("GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE")))
    if method == "DELETE" and kind == "patients":
        method = "GET"
    body = b""
    if method in ("POST", "PUT", "PATCH"):
        record = draw(
            st.one_of(
                st.dictionaries(
                    st.one_of(
                        st.sampled_from(_MEMBERS),
                        values.name(),
                    ),
                    leaf(),
                    max_size=5,
                ),
                leaf(),
            )
        )
        body = json.dumps(record).encode()
    types = _BODY_TYPES
    headers = {"Content-Type": draw(st.sampled_from(types)), **draw(odd())}
    return Request(method, f"{BASE}{path}?{query(pairs)}" if pairs else BASE + path, headers, body)
