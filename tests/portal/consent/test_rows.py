"""The ticks of the consent page, and the scopes that they leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.definitions.parts import PARTS
from fhirapi.smart.access.overlap import is_within
from portal.consent.rows import Boxes, boxes, granted

OBSERVATION = "patient/Observation.rs"
LAB = (
    f"{OBSERVATION}?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory"
)
PROBLEMS = (
    "patient/Condition.rs?category=http://terminology.hl7.org/CodeSystem/condition-category"
    "|problem-list-item"
)


SUGAR = LAB.replace("patient/Observation.rs", "user/Observation.crus")


def values(found: Boxes) -> list[str]:
    rows = [row for table in found.tables for row in table.rows]
    data = [value for row in rows for value in (row.value, *(part.value for part in row.parts))]
    return [*data, *(each.value for each in (*found.about_you, *found.how_long))]


def parts_of(resource_type: str) -> list[str]:
    return [f"patient/{resource_type}.rs?{part.constraint}" for part in PARTS[resource_type]]


@pytest.mark.parametrize(
    "asked",
    [
        "patient/*.rs", "patient/*.read", "patient/*.rs patient/*.read user/*.rs",
        "openid fhirUser profile offline_access online_access launch/patient patient/Patient.r",
        f"{LAB} patient/Condition.rs", "patient/*.rs patient/Observation.rs", "user/Goal.cruds",
        "patient/Observation.rs?category=laboratory", "user/*.cruds", "user/*.*", "user/*.write",
        SUGAR, "user/Observation.crus user/Observation.d",
    ],
)  # fmt: skip
def test_everything_ticked_is_what_was_asked(asked):
    assert granted(asked.split(), values(boxes(asked.split()))) == asked.split()


def test_one_type_unticked_leaves_the_others_one_by_one():
    asked = ["patient/*.rs"]
    ticked = set(values(boxes(asked))) - {"patient/Coverage.rs"}
    left = granted(asked, ticked)
    assert "patient/Coverage.rs" not in left
    assert {"patient/Patient.rs", "patient/Observation.rs", "patient/Practitioner.rs"} <= set(left)
    assert not any("*" in each for each in left)


def test_an_app_of_version_1_goes_on_with_its_own_spelling():
    asked = ["patient/*.read"]
    ticked = set(values(boxes(asked))) - {"patient/Coverage.rs", LAB}
    left = granted(asked, ticked)
    assert "patient/Patient.read" in left
    assert "patient/Patient.rs" not in left
    assert parts_of("Observation")[1] in left


def test_some_parts_take_the_place_of_the_whole_type():
    asked = ["patient/Condition.rs", OBSERVATION]
    left = granted(asked, {OBSERVATION, LAB, "patient/Condition.rs", *parts_of("Condition")})
    assert left == ["patient/Condition.rs", LAB]


def test_a_type_that_is_not_ticked_gives_none_of_its_parts():
    assert granted([OBSERVATION], set(parts_of("Observation"))) == []


def test_a_part_alone_is_offered_when_a_part_alone_is_asked_for():
    [table] = boxes([LAB]).tables
    [row] = table.rows
    assert [part.value for part in row.parts] == [LAB]
    assert not row.is_whole


def test_a_part_that_is_asked_for_beside_its_whole_is_one_tick():
    asked = [OBSERVATION, LAB]
    assert values(boxes(asked)).count(LAB) == 1
    ticked = {OBSERVATION, *parts_of("Observation")} - {LAB}
    assert LAB not in granted(asked, ticked)


@given(st.data())
def test_nothing_is_granted_whose_box_is_not_ticked(data):
    asked = data.draw(
        st.lists(
            st.sampled_from(
                ["openid", "offline_access", "patient/*.rs", "patient/*.read", OBSERVATION, LAB,
                 PROBLEMS, "user/Condition.rs", "patient/Goal.cruds", "user/*.write",
                 "user/Observation.*", SUGAR]
            ),
            min_size=1, unique=True,
        )
    )  # fmt: skip
    offered = values(boxes(asked))
    ticked = set(data.draw(st.lists(st.sampled_from(offered), unique=True)))
    for word in granted(asked, ticked):
        assert is_within(word, asked)
        shown = values(boxes([word]))
        assert set(shown) <= ticked


def test_identity_and_offline_access_are_ticked_one_by_one():
    asked = ["openid", "fhirUser", "offline_access", "launch/patient", "patient/Patient.rs"]
    left = granted(asked, {"openid", "patient/Patient.rs"})
    assert left == ["openid", "launch/patient", "patient/Patient.rs"]


def test_what_may_be_changed_stands_apart_and_can_be_only_seen():
    asked = ["user/*.rs", "user/Goal.cruds", "user/Practitioner.u"]
    tables = {table.kind: table for table in boxes(asked).tables}
    assert [row.value for row in tables["change"].rows] == ["user/Goal.cud", "user/Practitioner.u"]
    assert granted(["user/Goal.cruds"], {"user/Goal.rs"}) == ["user/Goal.rs"]
    assert granted(["user/Goal.cruds"], {"user/Goal.cud"}) == ["user/Goal.cud"]


def test_one_type_that_is_only_to_be_seen_leaves_the_others_to_be_changed():
    left = granted(["user/*.cruds"], set(values(boxes(["user/*.cruds"]))) - {"user/Goal.cud"})
    assert "user/Goal.rs" in left
    assert "user/Condition.cruds" in left
    left = granted(["user/*.*"], set(values(boxes(["user/*.*"]))) - {"user/Goal.cud"})
    assert "user/Goal.read" in left
    assert "user/Condition.*" in left


def test_parts_of_a_type_are_changed_alone():
    only = SUGAR.replace("crus", "cu")
    read = [each.replace("patient/", "user/") for each in parts_of("Observation")]
    ticked = {"user/Observation.rs", "user/Observation.cu", only, *read}
    left = granted(["user/Observation.crus"], ticked)
    assert left == ["user/Observation.rs", only]
    assert granted([SUGAR], {"user/Observation.cu", only}) == [only]


def test_what_is_not_a_patients_data_stands_apart():
    kinds = {table.kind: table for table in boxes(["patient/*.rs", "user/Goal.rs"]).tables}
    assert list(kinds) == ["patient", "user", "shared"]
    assert "patient/Practitioner.rs" in [row.value for row in kinds["shared"].rows]
