"""The forms of primitive values. https://hl7.org/fhir/R4/datatypes.html#primitive"""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.validation.primitives import CHECKS, LONGEST_STRING

RIGHT: dict[str, list[Any]] = {
    "base64Binary": ["YQ==", "YWJj", "YW\nJj", "++//", "YWJj YWJj"],
    "boolean": [True, False],
    "canonical": ["http://example.org/x|1.0", "#a"],
    "code": ["a", "a b", "<=", "[lb_av]", "ä"],
    "date": ["2024", "2024-02", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31"],
    "dateTime": [
        "2024",
        "2024-02",
        "2024-02-29",
        "2024-02-29T23:59:59Z",
        "2024-02-29T00:00:00.1234567+14:00",
        "2016-12-31T23:59:60Z",
        "2024-01-01T10:00:00-05:30",
    ],
    "decimal": [0, -1, Decimal("1.50"), Decimal("1E+2"), 2.5, 10**17],
    "id": ["a", "A-1.b", "x" * 64],
    "instant": ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59.001+01:00", "2016-12-31T23:59:60Z"],
    "integer": [0, -(2**31), 2**31 - 1, Decimal("-0")],
    "markdown": ["# a\n\nb\tc"],
    "oid": ["urn:oid:1.2.3", "urn:oid:2.16.840.1.113883"],
    "positiveInt": [1, 2**31 - 1],
    "string": ["a", " a ", "a\r\n\tb", "\u00a0x", "😀", "x" * LONGEST_STRING],
    "time": ["00:00:00", "23:59:59.999", "23:59:60"],
    "unsignedInt": [0, 5, Decimal("-0")],
    "uri": ["urn:a:b", "http://x/y?z#w", "relative/path", "ä"],
    "url": ["mailto:a@example.org"],
    "uuid": ["urn:uuid:c757873d-ec9a-4326-a141-556f43239520"],
}
WRONG: dict[str, list[Any]] = {
    "base64Binary": ["", " ", "YQ", "YQ=", "=YQ=", "YQ==YQ==", "a_b-", "ä", 5],
    "boolean": ["true", 0, 1, None],
    "canonical": ["", "a b", 5],
    "code": ["", " a", "a ", "a  b", "a\n", "\n", 5, None, "a\u00a0\u00a0b"],
    "date": [
        "",
        "24",
        "2024-2",
        "2024-13",
        "2024-00",
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "2024-04-31",
        "0000",
        "0000-01-01",
        "2024-01-01T00:00:00Z",
        "2024-01-01 ",
        "2024-01-01\n",
        "٢٠٢٤",
        2024,
    ],
    "dateTime": [
        "2024-01-01T10:00:00",
        "2024-01-01T10:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T10:00:61Z",
        "2024-01-01T10:60:00Z",
        "2024-02-30T10:00:00Z",
        "2024-01-01T10:00:00+14:30",
        "2024-01-01T10:00:00+15:00",
        "2024-01-01 10:00:00Z",
        "2024-01T10:00:00Z",
        "2024-01-01T10:00:00.Z",
        "2024-01-01T10:00:00z",
        "0000-01-01T00:00:00Z",
    ],
    "decimal": ["1.0", True, None, float("nan"), float("inf"), "NaN"],
    "id": ["", "a_b", "x" * 65, "a b", "a\n", "ä", 5],
    "instant": ["2024", "2024-02-29", "2023-02-29T23:59:59Z", "2024-02-29T23:59:59"],
    "integer": [2**31, -(2**31) - 1, Decimal("1.0"), 1.0, "1", True, Decimal(10**20)],
    "markdown": ["", "  "],
    "oid": ["1.2.3", "urn:oid:3.1", "urn:oid:1.02", "urn:oid:1", "URN:OID:1.2"],
    "positiveInt": [0, -1, 2**31, True],
    "string": [
        "",
        " ",
        "\n\t",
        "\u00a0",
        "a\x00b",
        "a\x0bb",
        "\x1f",
        "\ud800",
        5,
        None,
        [],
        {},
        "x" * (LONGEST_STRING + 1),
    ],
    "time": ["24:00:00", "10:00", "10:00:00Z", "1:00:00"],
    "unsignedInt": [-1, 2**31, "0"],
    "uri": ["", "a b", " a", "a\n", "a\tb", "a\u00a0b"],
    "url": ["http://a b"],
    "uuid": [
        "c757873d-ec9a-4326-a141-556f43239520",
        "urn:uuid:C757873D-EC9A-4326-A141-556F43239520",
    ],
    "xhtml": [5, None],
}


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in RIGHT.items() for v in vs])
def test_a_value_of_its_form_is_right(name: str, value: Any) -> None:
    assert CHECKS[name](value) == ""


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, vs in WRONG.items() for v in vs])
def test_any_other_is_wrong(name: str, value: Any) -> None:
    assert CHECKS[name](value).endswith(".")


def test_no_primitive_type_is_left_out() -> None:
    assert set(CHECKS) == set(RIGHT) | {"xhtml"} == set(WRONG)


@given(st.sampled_from(sorted(CHECKS)), st.text() | st.binary() | st.floats() | st.integers())
def test_no_value_is_too_odd(name: str, value: Any) -> None:
    assert isinstance(CHECKS[name](value), str)


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60), st.sampled_from(["dateTime", "instant"]))
def test_every_moment_can_be_written(moment: datetime, minutes: int, name: str) -> None:
    zone = timezone(timedelta(minutes=minutes))
    assert CHECKS[name](moment.replace(tzinfo=zone).isoformat()) == ""
