"""The searches that apps send never walk through a table: read from PostgreSQL's own plans."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection

from fhirapi.definitions import registry
from fhirapi.search.plan import plan
from fhirapi.search.query import parse
from fhirapi.smart.access import scopes
from fhirapi.smart.access.decision import Access
from fhirapi.smart.tokens import jwt
from fhirapi.sql import Statement
from fhirapi.store.caller import Caller
from fhirapi.store.load import load
from fhirapi.synthetic.population import practice, record
from tests.api import Api
from tests.people import linked_doctor, make_key

pytestmark = pytest.mark.django_db

# Without care relationships: a line a patient, here too few for an index.
STORE = {
    "fhirapi_content", "fhirapi_searchrow", "fhirapi_searchstring", "fhirapi_searchdate",
    "fhirapi_searchquantity", "fhirapi_searchlink",
}  # fmt: skip
PATIENT = "142859"
SEARCHES = [
    f"Observation?patient={PATIENT}&category=laboratory&date=ge2015-01-01&_sort=-date&_count=50",
    f"Observation?patient={PATIENT}&code=http://loinc.org|4548-4",
    f"Condition?patient={PATIENT}&clinical-status=active&_revinclude=Provenance:target",
    f"MedicationRequest?patient={PATIENT}&intent=order&_include=MedicationRequest:medication",
    f"Encounter?patient={PATIENT}&date=gt2020&date=lt2025",
    f"Patient?_id={PATIENT}",
    "Patient?identifier=9999094",
    "Patient?family=larson&birthdate=1978-04-12",
    f"Observation?encounter=Encounter/{PATIENT}-enc-1",
    "Observation?patient.identifier=9999094&code=4548-4",
]


@pytest.fixture(scope="module")
def caller(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Of a doctor with a panel, in a store that is large enough for an index to be worth it."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load(practice(1))
        for index in range(30):
            load(record(1, index))
        connection.cursor().execute("ANALYZE")
        doctor = linked_doctor("planner", "Grey", _doctor_of(PATIENT))
        session = Api().as_(make_key(doctor, [PATIENT]))
        claims = jwt.read(session.token)
        yield Caller(
            claims.checksum, claims.client_id, None, claims.patient_id,
            claims.access.is_of_one_patient,
        )  # fmt: skip
        transaction.set_rollback(True)


def _doctor_of(patient_id: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practitioner_id FROM fhirapi_carerelationship WHERE patient_id = %s",
            [patient_id],
        )
        return str(cursor.fetchone()[0])


EVERYTHING = Access(scopes.parse("user/*.rs"), None)
OF_ONE = Access(scopes.parse("patient/*.rs"), PATIENT)
IN_PART = Access(
    scopes.parse("patient/Observation.rs?category=laboratory patient/Patient.r"), PATIENT
)
UNNAMED = [
    (OF_ONE, "Patient"),
    (OF_ONE, "Observation?category=laboratory&_count=50"),
    (OF_ONE, "Condition?clinical-status=active&_revinclude=Provenance:target"),
    (IN_PART, "Observation?_count=50"),
    (IN_PART, f"Observation?patient={PATIENT}&_include=Observation:subject"),
]


@pytest.mark.parametrize("search", SEARCHES)
def test_no_search_of_an_app_scans_a_table(caller: Caller, search: str) -> None:
    scanned = [
        node["Relation Name"]
        for node in nodes(explained(caller, search))
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in STORE
    ]
    assert scanned == []


@pytest.mark.parametrize(("access", "search"), UNNAMED)
def test_a_token_of_one_patient_need_not_name_the_patient(
    caller: Caller, access: Access, search: str
) -> None:
    scanned = [
        node["Relation Name"]
        for node in nodes(explained(caller, search, access))
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in STORE
    ]
    assert scanned == []


def explained(caller: Caller, search: str, access: Access = EVERYTHING) -> Any:
    type_name, _, text = search.partition("?")
    resource_type = registry.find(type_name)
    assert resource_type
    planned = plan(caller, parse(resource_type, parse_qsl(text)), None, access)
    assert planned.is_good_for_all
    # As it is prepared: with one plan for whatever values.
    asked = f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {Statement(planned.sql).text.decode()}"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        [[found]] = cursor.fetchall()
    return found[0]["Plan"]


def nodes(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(found for child in node.get("Plans", []) for found in nodes(child))]
