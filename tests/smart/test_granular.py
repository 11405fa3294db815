"""Scopes in plain words, and which of them an app may have. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html"""

import pytest

from fhirapi.definitions.parts import PARTS
from fhirapi.smart.access import granular

LAB = "category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


@pytest.mark.parametrize(
    ("asked", "registered", "expected"),
    [
        ("patient/*.rs", "patient/*.rs", "patient/*.rs"),
        ("patient/*.read", "patient/*.rs", "patient/*.read"),
        ("patient/*.rs", "patient/*.read", "patient/*.rs"),
        ("patient/Condition.r", "patient/*.rs", "patient/Condition.r"),
        (f"patient/Observation.rs?{LAB}", "patient/*.rs", f"patient/Observation.rs?{LAB}"),
        (f"patient/Observation.rs?{LAB}", f"patient/Observation.read?{LAB}",
         f"patient/Observation.rs?{LAB}"),
        ("patient/Observation.rs?category=http%3A%2F%2Fa%7Cb",
         "patient/Observation.rs?category=http://a|b",
         "patient/Observation.rs?category=http%3A%2F%2Fa%7Cb"),
        ("patient/*.*", "patient/*.rs", "patient/*.rs"),
        ("patient/*.rs", "patient/Patient.rs patient/Condition.rs",
         "patient/Patient.rs patient/Condition.rs"),
        ("patient/Observation.rs", f"patient/Observation.rs?{LAB}",
         f"patient/Observation.rs?{LAB}"),
        ("user/*.rs", "patient/*.rs", ""),
        ("system/*.rs", "system/*.rs", ""),
        ("patient/Nothing.rs", "patient/*.rs", ""),
        ("patient/*.rs?category=x", "patient/*.rs", ""),
        ("patient/Observation.rs?nonsense=x", "patient/*.rs", ""),
        ("patient/Observation.rs?category=", "patient/*.rs", ""),
        ("openid fhirUser", "openid", "openid"),
        ("whatever openid openid", "openid whatever", "openid"),
    ],
)  # fmt: skip
def test_an_app_may_have_what_lies_within_its_registration(asked, registered, expected):
    assert granular.usable(asked.split(), registered) == expected.split()


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("patient/AllergyIntolerance.rs", "Allergies and intolerances"),
        ("patient/*.read", "Everything in the record"),
        (f"patient/Observation.rs?{LAB}", "Laboratory results"),
        ("patient/Goal.cruds", "See and change: Goals of treatment"),
        ("user/Goal.cud", "Goals of treatment (add, change and delete)"),
        ("patient/Goal.r", "Goals of treatment (open)"),
        ("patient/Condition.rs?category=rash",
         "Problems, diagnoses and health concerns: category rash"),
    ],
)  # fmt: skip
def test_a_scope_is_told_in_plain_words(word, words):
    assert granular.in_words(word) == words


def test_every_part_that_is_offered_is_a_scope_that_can_be_granted():
    for name, parts in PARTS.items():
        for part in parts:
            assert granular.is_understood(f"patient/{name}.rs?{part.constraint}")
