"""The population as a whole: repeatable, divisible, of the promised size."""

import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from fhirapi.synthetic.population import practice, practitioner_of, record
from tests.synthetic.conftest import SEED

_ROOT = Path(__file__).parents[2]


def _bytes(resources):
    return b"\n".join(orjson.dumps(resource) for resource in resources)


def test_equal_seeds_give_equal_bytes():
    assert _bytes(record(SEED, 5)) == _bytes(record(SEED, 5))
    assert _bytes(practice(SEED)) == _bytes(practice(SEED))


def test_another_process_makes_the_same_bytes(records):
    script = (
        "import sys, orjson; from fhirapi.synthetic.population import record;"
        f"sys.stdout.buffer.write(b'\\n'.join(map(orjson.dumps, record({SEED}, 3))))"
    )
    made = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        cwd=_ROOT,
        env={"PYTHONHASHSEED": "7"},
    )
    assert made.stdout == _bytes(records[3])


def test_a_record_does_not_depend_on_those_made_before(records):
    assert _bytes(record(SEED, 11)) == _bytes(records[11])


def test_another_seed_gives_other_people():
    assert _bytes(record(SEED, 5)) != _bytes(record(SEED + 1, 5))


@pytest.mark.parametrize(
    ("index", "id_", "mrn", "given", "family", "birth", "gender", "email"),
    [
        (0, "142859", "9999094", "Rebecca", "Larson", "1978-04-12", "female", "rebecca.larson"),
        (1, "142860", "9999097", "John", "Wright", "1965-09-30", "male", "john.wright"),
    ],
)
@pytest.mark.parametrize("seed", [1, SEED])
def test_the_people_of_the_guide_are_in_every_population(
    seed, index, id_, mrn, given, family, birth, gender, email
):
    patient = record(seed, index)[0]
    assert patient["id"] == id_
    assert patient["identifier"][0]["value"] == mrn
    assert patient["name"][0]["given"][0] == given
    assert patient["name"][0]["family"] == family
    assert (patient["birthDate"], patient["gender"]) == (birth, gender)
    assert f"{email}@example.com" in [each["value"] for each in patient["telecom"]]
    assert patient["generalPractitioner"][0]["reference"] == "Practitioner/pr-1"


def test_emily_carter_looks_after_them(shared):
    doctor = next(each for each in shared if each["id"] == "pr-1")
    assert doctor["name"][0]["family"] == "Carter"
    assert doctor["name"][0]["given"] == ["Emily"]


def test_the_practitioner_can_be_known_without_the_record(records):
    for index, one in enumerate(records):
        found = one[0]["generalPractitioner"][0]["reference"]
        assert found == f"Practitioner/{practitioner_of(SEED, index)}"


def test_the_patient_comes_first_and_is_numbered_by_index(records):
    assert [one[0]["resourceType"] for one in records] == ["Patient"] * len(records)
    assert [one[0]["id"] for one in records] == [str(142859 + n) for n in range(len(records))]


def test_ids_are_valid_and_unique(everything):
    ids = [(each["resourceType"], each["id"]) for each in everything]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", id_) for _, id_ in ids)


def test_medical_record_numbers_are_unique(records):
    numbers = [one[0]["identifier"][0]["value"] for one in records]
    assert len(numbers) == len(set(numbers))


def test_a_record_has_about_two_hundred_resources(records):
    assert 150 < sum(len(one) for one in records) / len(records) < 260


def test_resources_begin_with_type_id_and_meta(everything):
    for resource in everything:
        assert list(resource)[:3] == ["resourceType", "id", "meta"]
        assert resource["meta"]["versionId"] == "1"


def test_telephones_and_mail_can_belong_to_nobody(everything):
    for resource in everything:
        for contact in resource.get("telecom", ()):
            if contact["system"] == "phone":
                assert re.fullmatch(r"\d{3}-555-01\d\d", contact["value"])
            else:
                assert contact["value"].endswith("@example.com")


def test_no_patient_carries_a_social_security_number(records):
    systems = {each["system"] for one in records for each in one[0]["identifier"]}
    assert systems == {"https://ids.qsmartcare.example/mrn"}
