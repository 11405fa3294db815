"""A record tells one life: what refers to another part of it agrees with that part."""

from base64 import b64decode
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from fhirapi.synthetic.moments import AS_OF
from fhirapi.synthetic.population import practice, record
from tests.synthetic.conftest import SEED

_DATES = (
    "effectiveDateTime", "issued", "authoredOn", "recordedDate", "performedDateTime",
    "occurrenceDateTime", "whenHandedOver", "recorded", "date", "abatementDateTime", "authored",
)  # fmt: skip


def _references(element):
    if isinstance(element, dict):
        if "reference" in element and isinstance(element["reference"], str):
            yield element["reference"]
        for value in element.values():
            yield from _references(value)
    elif isinstance(element, list):
        for value in element:
            yield from _references(value)


def _of_type(one, resource_type):
    return [resource for resource in one if resource["resourceType"] == resource_type]


def _code(resource):
    return resource["code"]["coding"][0]["code"]


def _days(resource):
    for key in _DATES:
        if key in resource:
            yield date.fromisoformat(resource[key][:10])
    for moment in resource.get("period", {}).values():
        yield date.fromisoformat((moment + "-01-01")[:10])
    yield datetime.fromisoformat(resource["meta"]["lastUpdated"]).date()


def test_every_reference_leads_somewhere_within_the_record_or_the_practice(shared, records):
    known = {f"{each['resourceType']}/{each['id']}" for each in shared}
    assert set(_references(shared)) <= known
    for one in records:
        own = {f"{each['resourceType']}/{each['id']}" for each in one}
        assert set(_references(one)) <= own | known


def test_a_file_is_a_binary_of_the_same_patient(crowd):
    checked = 0
    for one in crowd:
        binaries = {f"Binary/{each['id']}": each for each in _of_type(one, "Binary")}
        attachments = [each for resource in one for each in _attachments(resource)]
        named = {each["url"] for each in attachments if "url" in each}
        assert named == binaries.keys()
        for each in attachments:
            content = b64decode(binaries[each["url"]]["data"] if "url" in each else each["data"])
            assert each["size"] == len(content)
            checked += 1
        owners = {each["securityContext"]["reference"] for each in binaries.values()}
        assert owners <= {f"Patient/{one[0]['id']}"}
    assert checked > 500


def _attachments(resource):
    yield from (each["attachment"] for each in resource.get("content", ()) if "attachment" in each)
    yield from resource.get("presentedForm", ())
    if resource["resourceType"] == "Media":
        yield resource["content"]


@pytest.mark.parametrize("seed", range(3))
def test_references_resolve_with_any_seed(seed):
    known = {f"{each['resourceType']}/{each['id']}" for each in practice(seed)}
    one = [resource for index in range(8) for resource in record(seed, index)]
    assert set(_references(one)) <= known | {f"{each['resourceType']}/{each['id']}" for each in one}


def test_nothing_happens_before_birth_or_after_today(records):
    for one in records:
        birth = date.fromisoformat(one[0]["birthDate"])
        for resource in one:
            for day in _days(resource):
                assert birth <= day <= AS_OF, resource["id"]


def test_nobody_visits_after_death(crowd):
    dead = [one for one in crowd if _death(one)]
    assert len(dead) >= 3
    for one in dead:
        for encounter in _of_type(one, "Encounter"):
            assert encounter["period"]["end"][:10] <= _death(one)
        assert not [each for each in _of_type(one, "MedicationRequest") if _is_lasting(each)]


def _death(one):
    return one[0].get("deceasedDateTime")


def _is_lasting(request):
    return request["status"] == "active"


def test_no_two_visits_overlap(records):
    for one in records:
        periods = [
            tuple(datetime.fromisoformat(each["period"][key]) for key in ("start", "end"))
            for each in _of_type(one, "Encounter")
        ]
        for (_, end), (start, _) in pairwise(periods):
            assert end < start


def test_the_office_is_closed_at_weekends(records):
    for one in records:
        for encounter in _of_type(one, "Encounter"):
            if encounter["class"]["code"] == "AMB":
                assert date.fromisoformat(encounter["period"]["start"][:10]).weekday() < 5


def test_body_mass_index_agrees_with_weight_and_height(records):
    checked = 0
    for one in records:
        height, weight = None, None
        for each in _of_type(one, "Observation"):
            value = each.get("valueQuantity", {}).get("value")
            if _code(each) == "8302-2":
                height = value
            elif _code(each) == "29463-7":
                weight = value
            elif _code(each) == "39156-5":
                assert value == pytest.approx(weight / (height / 100) ** 2, abs=0.06)
                checked += 1
    assert checked > 100


def test_children_grow(records):
    for one in records:
        if one[0]["birthDate"] > (AS_OF - timedelta(17 * 365)).isoformat():
            heights = [
                each["valueQuantity"]["value"]
                for each in _of_type(one, "Observation")
                if _code(each) == "8302-2"
            ]
            assert heights == sorted(heights)


def test_vital_signs_stay_within_what_living_people_have(records):
    limits = {
        "8867-4": (40, 200), "9279-1": (8, 60), "8310-5": (35, 41), "59408-5": (85, 100),
        "8302-2": (44, 205), "29463-7": (2, 180), "39156-5": (12, 50),
    }  # fmt: skip
    for one in records:
        for each in _of_type(one, "Observation"):
            low, high = limits.get(_code(each), (None, None))
            if low is not None:
                assert low <= each["valueQuantity"]["value"] <= high, each["id"]


def test_a_medicine_is_prescribed_for_a_condition_the_record_knows(records):
    for one in records:
        conditions = {each["id"]: each for each in _of_type(one, "Condition")}
        prescribed = [
            each for each in _of_type(one, "MedicationRequest") if each["intent"] == "order"
        ]
        for request in prescribed:
            condition = conditions[request["reasonReference"][0]["reference"].split("/")[1]]
            assert condition["code"] == request["reasonCode"][0]
            assert condition["recordedDate"] <= request["authoredOn"]


def test_nobody_allergic_to_penicillin_gets_it(crowd):
    allergic = 0
    for one in crowd:
        if "7980" in [_code(each) for each in _of_type(one, "AllergyIntolerance")]:
            allergic += 1
            given = [
                each.get("medicationCodeableConcept", {}).get("text", "")
                for each in _of_type(one, "MedicationRequest")
            ]
            assert not [words for words in given if "amoxicillin" in words]
    assert allergic > 5


def test_diabetes_is_found_and_then_controlled():
    levels = [
        each["valueQuantity"]["value"]
        for each in _of_type(record(SEED, 1), "Observation")
        if _code(each) == "4548-4"
    ]
    assert max(levels[:2]) > levels[-1] >= 6.0
    assert len(levels) >= 4


def test_all_that_a_visit_wrote_has_a_provenance(records):
    for one in records:
        targets = {
            target["reference"]
            for provenance in _of_type(one, "Provenance")
            for target in provenance["target"]
        }
        written = {
            f"{each['resourceType']}/{each['id']}"
            for each in one
            if each["resourceType"] != "Provenance"
        }
        assert targets == written
