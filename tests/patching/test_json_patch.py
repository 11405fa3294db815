"""JSON Patch by RFC 6902; the cases are its appendix A, in FHIR's words."""

from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.outcomes import Outcome
from fhirapi.patching import json_patch
from fhirapi.store import exact

TEXT = (
    '{"resourceType":"Patient","id":"1","active":true,"name":[{"family":"A","given":["b","c"]}],'
    '"a/b":1,"m~n":2,"score":1.50}'
)


def patched(*operations: Any, text: str = TEXT) -> str:
    return exact.write(json_patch.patch_of(list(operations))(exact.parse(text)))


def op(name: str, path: Any, **members: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **members}


def refusal(*operations: Any) -> tuple[int, str]:
    with pytest.raises(Outcome) as caught:
        patched(*operations)
    return caught.value.status, caught.value.text


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        (op("add", "/gender", value="male"), '1.50}', '1.50,"gender":"male"}'),
        (op("add", "/name/0/given/1", value="x"), '["b","c"]', '["b","x","c"]'),
        (op("add", "/name/0/given/2", value="x"), '["b","c"]', '["b","c","x"]'),
        (op("add", "/name/0/given/-", value=["x"]), '["b","c"]', '["b","c",["x"]]'),
        (op("add", "/active", value=None), "true", "null"),
        (op("remove", "/active"), '"active":true,', ""),
        (op("remove", "/name/0/given/0"), '["b","c"]', '["c"]'),
        (op("replace", "/active", value=False), "true", "false"),
        (op("replace", "/name/0/given/1", value="x"), '["b","c"]', '["b","x"]'),
        (op("replace", "/a~1b", value=3), '"a/b":1', '"a/b":3'),
        (op("replace", "/m~0n", value=3), '"m~n":2', '"m~n":3'),
        (op("move", "/name/0/given/0", **{"from": "/name/0/given/1"}), '["b","c"]', '["c","b"]'),
        (op("move", "/active", **{"from": "/active"}), "", ""),
        (op("copy", "/name/0/given/-", **{"from": "/name/0/family"}), '"c"]', '"c","A"]'),
        (op("test", "/name/0/given", value=["b", "c"]), "", ""),
        (op("test", "/score", value=Decimal("1.5")), "", ""),
        (op("test", "/active", value=True, unknown="member"), "", ""),
    ],
)  # fmt: skip
def test_it_changes_what_it_says_and_nothing_else(operation: Any, before: str, after: str) -> None:
    assert patched(operation) == TEXT.replace(before, after, 1)


def test_operations_follow_one_another() -> None:
    made = patched(
        op("add", "/contact", value=[]),
        op("add", "/contact/-", value={"gender": "male"}),
        op("copy", "/contact/-", **{"from": "/contact/0"}),
        op("replace", "/contact/1/gender", value="female"),
    )
    assert made.endswith('"contact":[{"gender":"male"},{"gender":"female"}]}')


def test_a_patch_can_be_applied_again() -> None:
    patch = json_patch.patch_of([
        op("add", "/contact", value=[]), op("add", "/contact/-", value={"gender": "male"}),
    ])  # fmt: skip
    assert patch(exact.parse(TEXT)) == patch(exact.parse(TEXT))


@pytest.mark.parametrize(
    "document",
    [
        {}, None, "x", [[]], [{}], [{"op": "add"}], [op("add", "/a")], [op("move", "/a")],
        [op("jump", "/a")], [op("test", "/a")], [op("remove", "a")], [op("remove", "/~2")],
        [op("remove", 1)], [op("copy", "/a", **{"from": "b"})], [op("copy", "/a", **{"from": 1})],
        [op("remove", "/a")] * 1001, [{"op": ["add"], "path": "", "value": 1}],
    ],
)  # fmt: skip
def test_what_is_no_patch_is_refused(document: Any) -> None:
    with pytest.raises(Outcome) as caught:
        json_patch.patch_of(document)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (op("remove", "/nothing"), "nothing at its path"),
        (op("remove", ""), "itself"),
        (op("replace", "/nothing", value=1), "nothing at its path"),
        (op("add", "/no/thing", value=1), "nothing at its path"),
        (op("add", "/active/x", value=1), "nothing at its path"),
        (op("add", "/name/2", value=1), "shorter"),
        (op("add", "/name/x", value=1), "numbers"),
        (op("remove", "/name/-"), "numbers"),
        (op("remove", "/name/01"), "numbers"),
        (op("remove", "/name/-1"), "numbers"),
        (op("move", "/name/0/x", **{"from": "/name"}), "into itself"),
        (op("copy", "/x", **{"from": "/nothing"}), "nothing at its path"),
        (op("test", "/active", value=1), "test failed"),
        (op("test", "/a~1b", value=True), "test failed"),
        (op("test", "/name/0/family", value="B"), "test failed"),
        (op("test", "/name/0/given", value=["c", "b"]), "test failed"),
        (op("test", "/name/0", value={"family": "A"}), "test failed"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_with_its_number(operation: Any, why: str) -> None:
    status, text = refusal(op("test", "/active", value=True), operation)
    assert status == 422
    assert "Operation 2" in text
    assert why in text


def test_copies_of_copies_end(  # 2 to the power of 200 otherwise
) -> None:
    twice = [op("copy", "/name/-", **{"from": "/name"})] * 200
    assert refusal(*twice)[0] == 422


def test_what_is_made_can_be_written() -> None:
    deeper = [op("add", "/name" + "/0" * depth, value=[]) for depth in range(1, 150)]
    assert "deeply" in refusal(*deeper)[1]


NAMES = st.sampled_from(["a", "/", "~", "~1", "", "0", "-"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", ""]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=4,
)


def pointers(value: Any, pointer: str = "") -> Iterator[str]:
    yield pointer
    steps = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, inner in steps:
        yield from pointers(inner, f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}")


@given(st.dictionaries(NAMES, VALUES, min_size=1, max_size=2), st.data())
def test_what_is_taken_away_and_put_back_is_the_same(document: Any, data: Any) -> None:
    path = data.draw(st.sampled_from(list(pointers(document))[1:]))
    value = document
    for step in json_patch._steps(path):
        value = value[int(step) if isinstance(value, list) else step]
    patch = json_patch.patch_of([
        op("test", path, value=value), op("remove", path), op("add", path, value=deepcopy(value)),
    ])  # fmt: skip
    assert patch(deepcopy(document)) == document
