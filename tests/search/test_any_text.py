"""Whatever is asked, the answer is a Bundle or says what cannot be read; never an error of ours."""

from itertools import cycle
from typing import Any

import pytest

from fhirapi.definitions import registry
from tests.api import Api
from tests.people import Person

_TEXTS = (
    "", " ", "|", "||", "|||", "$", "a$b$c", "\\", "\\\\", "%", "_", "'", '"', "x" * 300, "ge",
    "5", "-5|", "1e300", "ap1e300", "9999", "0001", "ap0001-01-01", "9999-12-31T23:59:59.999Z",
    "2020-02-30", "Patient/", "Patient/1/_history/", "http://", "urn:x", "a b", "\U0001f600", "é",
    "true", "?", "&", "(", "[", "{}", "::", "$.x", "@", "%s", "%(p0)s", "{0}", "; DROP TABLE x",
)  # fmt: skip
_MODIFIERS = ("", ":missing", ":not", ":text", ":exact", ":contains", ":identifier", ":of-type",
              ":Patient", ":in", ":", "::", ".", ".name", ":Patient.name", "._id")  # fmt: skip


@pytest.mark.parametrize("name", ["Observation", "Patient"])
def test_any_value_of_any_parameter_is_answered(api: Api, rebecca: Person, name: str) -> None:
    session, resource_type = api.as_(rebecca.key), registry.find(name)
    assert resource_type
    one_of_a_kind = {
        (each.type, bool(each.paths), each.is_nearly_unique): each.code
        for each in resource_type.search
    }
    modifiers = cycle(_MODIFIERS)  # every text meets several, every modifier every kind
    for code in one_of_a_kind.values():
        for text, modifier in ((text, next(modifiers)) for text in _TEXTS for _ in range(3)):
            answered(session.get(name, {f"{code}{modifier}": text}), code, modifier, text)


@pytest.mark.parametrize(
    "name",
    ["_sort", "_include", "_revinclude:iterate", "_elements", "_summary", "_total", "_count",
     "_page", "_has:Observation:patient:code", "_has:Observation", "_has:::", "_id:x", "_", ""],
)  # fmt: skip
def test_any_text_about_the_result_is_answered(api: Api, rebecca: Person, name: str) -> None:
    session = api.as_(rebecca.key)
    for text in (*_TEXTS, "Patient:", "Patient:link:Starship", "*", "-", ",", "-_id,,"):
        answered(session.get("Patient", {name: text}), name, "", text)


def answered(response: Any, *asked: str) -> None:
    kind = response.json()["resourceType"]
    assert (response.status_code, kind) in ((200, "Bundle"), (400, "OperationOutcome")), asked
