"""What is stored was encoded by the code of its day; a change of the encoding must be said."""

from hashlib import blake2b
from typing import Any

from fhirapi.definitions.builders import (
    date,
    identifier,
    quantity,
    reference,
    resource_type,
    string,
    token,
    uri,
)
from fhirapi.searchparams.index import ENCODING, index

# Whoever changes how values become keys counts ENCODING up and writes the new digest here.
KNOWN = {3: "a08ffc8cc21c79a2"}

ROCKET = resource_type(
    "Rocket",
    "Rockets",
    identifier(),
    token("code"),
    token("ready"),
    uri("plan"),
    string("name"),
    string("person"),
    date("built"),
    quantity("thrust"),
    reference("pilot", to="Practitioner"),
    patient="owner",
    clinical_date="flown[x]",
)
SAMPLE: dict[str, Any] = {
    "resourceType": "Rocket",
    "id": "r",
    "owner": {"reference": "Patient/p"},
    "identifier": [{"system": "urn:mrn", "value": "9", "type": {"coding": [{"code": "MR"}]}}],
    "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}, {"code": "x"}]},
    "ready": True,
    "plan": "urn:plan|1",
    "name": "Ariane  Six",
    "person": {"family": "Núñez-Ortiz", "given": ["Zoë", "Ann"]},
    "built": ["2024-03", "9999-12-31"],
    "flownPeriod": {"start": "2024-03-05", "end": "2024-03-05T10:00:00.5-05:00"},
    "thrust": {"value": 7.25, "unit": "%", "system": "urn:u", "code": "%"},
    "pilot": {"reference": "Practitioner/1", "identifier": {"system": "urn:p", "value": "1"}},
    "builder": [{"by": {"reference": "Organization/1"}}, {"by": {"reference": "#inside"}}],
    "meta": {"profile": ["urn:profile|1"], "tag": [{"code": "t"}]},
}


def test_an_encoding_gives_the_keys_that_it_always_gave() -> None:
    entry = index(ROCKET, SAMPLE, "http://localhost:8000/R4-patient-api")
    keys = [
        entry.patient_id, entry.clinical, sorted(entry.tokens), sorted(entry.refs),
        sorted(entry.strings), sorted(entry.dates), sorted(entry.links),
        sorted((key, each.span, sorted(each.units)) for key, each in entry.quantities),
    ]  # fmt: skip
    assert KNOWN[ENCODING] == blake2b(repr(keys).encode(), digest_size=8).hexdigest()
