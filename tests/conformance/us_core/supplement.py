"""Resources for what the generated population does not happen to hold."""

import re
from typing import Any

from tests.conformance.us_core.oracle import Resource, extract, texts
from tests.conformance.us_core.required import DATES, Required

_SAMPLES = {
    "code": "active",
    "string": "Alpha",
    "canonical": "http://example.org/Questionnaire/alpha",
    "CodeableConcept": {"coding": [{"system": "http://example.org/codes", "code": "alpha"}]},
    "Coding": {"system": "http://example.org/codes", "code": "alpha"},
    "Identifier": {"system": "http://example.org/ids", "value": "alpha-1"},
    "HumanName": {"family": "Alpha", "given": ["Beta"]},
    "Address": {"city": "Alphaville", "postalCode": "12345"},
    "Period": {"start": "2023-05-06", "end": "2023-05-07"},
}


def is_complete(resource: Resource, required: Required) -> bool:
    """Whether every parameter has a value that can be asked for: a text without code cannot."""
    return all(
        name.startswith("_")
        or any(
            kind in DATES or texts(value, kind)
            for path in paths
            for value in extract(resource, path)
        )
        for name, paths, kind in required.parameters
    )


def supplement(required: Required, patient: Resource) -> Resource:
    """The patient's (or of the same doctor's) resource with a value for each parameter."""
    name = re.sub(r"[^A-Za-z]+", "-", str(required))
    resource: Resource = {"resourceType": required.resource_type, "id": name[:64]}
    if required.resource_type == "Patient":
        resource["generalPractitioner"] = patient["generalPractitioner"]
    for code, paths, kind in required.parameters:
        if not code.startswith("_"):
            _put(resource, paths[0].partition(".")[2], _sample(code, kind, patient["id"]))
    return resource


def _sample(code: str, kind: str, patient_id: str) -> Any:
    if kind == "Reference":
        target = "Patient" if code == "patient" else code.capitalize()
        return {"reference": f"{target}/{patient_id if code == 'patient' else 'alpha'}"}
    return _SAMPLES.get(kind, "2023-05-06" if kind in DATES else "alpha")


def _put(node: Any, path: str, value: Any) -> None:
    if match := re.fullmatch(r"extension\.where\(url='([^']+)'\)\..*", path):
        node["extension"] = [{"url": match[1], "valueDateTime": value}]
        return
    name, _, rest = path.partition(".")
    if rest:
        child: Any = {}
        _put(child, rest, value)
        node.setdefault(name, []).append(child)
    elif name in ("effective", "occurrence", "performed"):
        node[f"{name}DateTime"] = value
    elif isinstance(value, dict) and "reference" not in value:
        node[name] = [value]
    else:
        node[name] = value
