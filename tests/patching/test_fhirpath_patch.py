"""FHIRPath Patch: https://hl7.org/fhir/R4/fhirpatch.html"""

from typing import Any

import pytest

from fhirapi.outcomes import Outcome
from fhirapi.patching import fhirpath_patch
from fhirapi.store import exact

TEXT = (
    '{"resourceType":"Patient","id":"1","active":true,'
    '"name":[{"use":"official","family":"A","given":["b","c"]},{"use":"usual","text":"x"}],'
    '"birthDate":"1970-01-01","_birthDate":{"id":"d"},'
    '"extension":[{"url":"urn:a","valueDecimal":1.50},{"url":"urn:b","valueString":"it\'s"}],'
    '"contact":[{"name":{"family":"F"}}],"deceasedBoolean":false,'
    '"contained":[{"resourceType":"Organization","id":"o","name":"O"}],"multipleBirthInteger":2}'
)


def part(name: str, **value: Any) -> dict[str, Any]:
    return {"name": name, **value}


def op(kind: str, path: Any, *parts: Any, **named: Any) -> dict[str, Any]:
    """``named``: index, source and destination; name."""
    forms = {"name": "valueString"}
    return {
        "name": "operation",
        "part": [
            part("type", valueCode=kind),
            part("path", valueString=path),
            *(
                part(name, **{forms.get(name, "valueInteger"): each})
                for name, each in named.items()
            ),
            *parts,
        ],
    }


def patched(*operations: Any, text: str = TEXT) -> str:
    patch = fhirpath_patch.patch_of({"resourceType": "Parameters", "parameter": [*operations]})
    return exact.write(patch(exact.parse(text)))


def value(**of: Any) -> dict[str, Any]:
    return part("value", **of)


@pytest.mark.parametrize(
    ("operation", "before", "after"),
    [
        # add
        (op("add", "Patient", value(valueCode="male"), name="gender"),
         '"multipleBirthInteger":2', '"multipleBirthInteger":2,"gender":"male"'),
        (op("add", "Patient.name[0]", value(valueString="d"), name="given"), '"c"]', '"c","d"]'),
        (op("add", "Patient.contact[0]", value(valueCode="male"), name="gender"),
         '"F"}}', '"F"},"gender":"male"}'),
        (op("add", "Patient.contact[0]", value(valueContactPoint={"value": "1"}), name="telecom"),
         '"F"}}', '"F"},"telecom":[{"value":"1"}]}'),
        (op("add", "Patient.name.where(use = 'usual')", value(valueString="B"), name="family"),
         '"text":"x"}', '"text":"x","family":"B"}'),
        (op("add", "Patient.contained[0]", value(valueBoolean=True), name="active"),
         '"name":"O"}', '"name":"O","active":true}'),
        (op("add", "Patient", value(part=[
            part("name", part=[part("family", valueString="G"), part("given", valueString="h")]),
            part("gender", valueCode="female"), part("telecom", valueContactPoint={"value": "2"}),
         ]), name="contact"),
         '{"name":{"family":"F"}}',
         '{"name":{"family":"F"}},{"name":{"family":"G","given":["h"]},"gender":"female",'
         '"telecom":[{"value":"2"}]}'),
        # insert
        (op("insert", "Patient.name[0].given", value(valueString="a"), index=0), '["b', '["a","b'),
        (op("insert", "Patient.name[0].given", value(valueString="d"), index=2),
         '"c"]', '"c","d"]'),
        (op("insert", "Patient.telecom", value(valueContactPoint={"value": "1"}), index=0),
         '"multipleBirthInteger":2', '"multipleBirthInteger":2,"telecom":[{"value":"1"}]'),
        # delete
        (op("delete", "Patient.active"), '"active":true,', ""),
        (op("delete", "Patient.name[0].given[0]"), '"b",', ""),
        (op("delete", "Patient.name.where(use='usual' and text.exists()).first()"),
         ',{"use":"usual","text":"x"}', ""),
        (op("delete", "Patient.birthDate"),
         '"birthDate":"1970-01-01","_birthDate":{"id":"d"},', ""),
        (op("delete", "Patient.contact"), '"contact":[{"name":{"family":"F"}}],', ""),
        (op("delete", "Patient.photo"), "", ""),
        (op("delete", "Patient.deceased"), '"deceasedBoolean":false,', ""),
        (op("delete", "Patient.extension('urn:b')"), ',{"url":"urn:b","valueString":"it\'s"}', ""),
        # replace
        (op("replace", "Patient.active", value(valueBoolean=False)),
         '"active":true', '"active":false'),
        (op("replace", "active", value(valueBoolean=False)), '"active":true', '"active":false'),
        (op("replace", "Patient.name.last()", value(valueHumanName={"text": "y"})),
         '{"use":"usual","text":"x"}', '{"text":"y"}'),
        (op("replace", "Patient.name[0].given[1]", value(valueString="z")), '"c"]', '"z"]'),
        (op("replace", "Patient.extension('urn:a').value", value(valueDecimal=2)), "1.50", "2"),
        (op("replace", "Patient.deceased", value(valueDateTime="2020")),
         '"deceasedBoolean":false', '"deceasedDateTime":"2020"'),
        (op("replace", "Patient.deceasedBoolean", value(valueBoolean=True)),
         '"deceasedBoolean":false', '"deceasedBoolean":true'),
        (op("replace", "Patient.extension.where(value = 'it\\'s').url", value(valueUri="urn:c")),
         "urn:b", "urn:c"),
        (op("replace", "Patient.extension.where(value = 1.5).url", value(valueUri="urn:c")),
         "urn:a", "urn:c"),
        (op("replace", "Patient.birthDate", value(valueDate="1971")),
         '"1970-01-01","_birthDate":{"id":"d"}', '"1971"'),
        # move
        (op("move", "Patient.name[0].given", source=1, destination=0), '["b","c"]', '["c","b"]'),
    ],
)  # fmt: skip
def test_it_changes_what_it_says_and_nothing_else(operation: Any, before: str, after: str) -> None:
    assert patched(operation) == TEXT.replace(before, after, 1)


NAMED = (
    '{"resourceType":"Patient","name":[{"given":["a",null,"c"],"_given":[null,{"id":"x"},null]}]}'
)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (op("delete", "Patient.name.given[0]"), '{"given":[null,"c"],"_given":[{"id":"x"},null]}'),
        (op("insert", "Patient.name.given", value(valueString="n"), index=0),
         '{"given":["n","a",null,"c"],"_given":[null,null,{"id":"x"},null]}'),
        (op("move", "Patient.name.given", source=2, destination=0),
         '{"given":["c","a",null],"_given":[null,null,{"id":"x"}]}'),
        (op("add", "Patient.name", value(valueString="d"), name="given"),
         '{"given":["a",null,"c","d"],"_given":[null,{"id":"x"},null,null]}'),
    ],
)  # fmt: skip
def test_extensions_of_primitives_stay_beside_them(operation: Any, expected: str) -> None:
    made = patched(operation, text=NAMED)
    assert made == '{"resourceType":"Patient","name":[' + expected + "]}"


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (op("add", "Patient", value(valueBoolean=False), name="active"), "already"),
        (op("add", "Patient", value(valueDateTime="2020"), name="deceased"), "already"),
        (op("add", "Patient", value(valueString="x"), name="invented"), "no such element"),
        (op("add", "Patient", value(valueQuantity={}), name="deceased[x]"), "no such element"),
        (op("add", "Patient.name", value(valueString="x"), name="family"), "several"),
        (op("add", "Patient.photo", value(valueString="x"), name="title"), "nothing"),
        (op("add", "Patient.active", value(valueString="x"), name="title"), "does not lead"),
        (op("insert", "Patient.name", value(valueHumanName={}), index=3), "shorter"),
        (op("insert", "Patient.active", value(valueBoolean=True), index=0), "list"),
        (op("insert", "Patient.name[0]", value(valueHumanName={}), index=0), "name of a list"),
        (op("delete", "Patient.name"), "several"),
        (op("delete", "Patient"), "itself"),
        (op("replace", "Patient.photo", value(valueString="x")), "nothing"),
        (op("replace", "Patient", value(valueString="x")), "itself"),
        (op("replace", "Patient.name.given", value(valueString="x")), "several"),
        (op("move", "Patient.name", source=0, destination=2), "shorter"),
        (op("add", "Patient.name[0]", value(part=[part("a", valueString="x")]), name="family"),
         "primitive"),
        (op("add", "Patient", value(part=[part("gender", valueCode="male")] * 2), name="contact"),
         "twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_with_its_number(operation: Any, why: str) -> None:
    with pytest.raises(Outcome) as caught:
        patched(op("delete", "Patient.photo"), operation)
    assert caught.value.status == 422
    assert "Operation 2" in caught.value.text
    assert why in caught.value.text


@pytest.mark.parametrize(
    "operation",
    [
        {}, "x", {"name": "other"}, {"name": "operation"}, {"name": "operation", "part": [7]},
        op("jump", "Patient.name"), op("delete", "Patient..name"), op("delete", ""),
        op("delete", "Patient.name.matches('.*')"), op("delete", "Patient.name[-1]"),
        op("delete", "Patient.name | Patient.contact"), op("delete", "Patient.name.where(use)"),
        op("delete", "Patient." * 500), op("delete", "Patient.name["), op("delete", 7),
        op("add", "Patient", value(valueString="x")), op("add", "Patient", name="active"),
        op("insert", "Patient.name", value(valueHumanName={})),
        op("move", "Patient.name", source=0),
        op("insert", "Patient.name", value(valueHumanName={}), index=-1),
        op("insert", "Patient.name", value(valueHumanName={}), index=True),
        op("replace", "Patient.active", value()),
        op("replace", "Patient.active", value(valueBoolean=True, valueString="x")),
        op("replace", "Patient.active", value(_valueBoolean={})),
        op("delete", "Patient.name", part("other", valueString="x")),
    ],
)  # fmt: skip
def test_what_is_no_patch_is_refused(operation: Any) -> None:
    with pytest.raises(Outcome) as caught:
        patched(operation)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"resourceType": "Patient"},
        {"resourceType": "Parameters"},
        {"resourceType": "Parameters", "parameter": []},
    ],
)
def test_without_operations_it_is_none(parameters: Any) -> None:
    with pytest.raises(Outcome) as caught:
        fhirpath_patch.patch_of(parameters)
    assert caught.value.status == 400


def test_what_was_loaded_without_fhirs_form_is_no_list() -> None:
    add = op("add", "Patient", value(valueContactPoint={"value": "1"}), name="telecom")
    with pytest.raises(Outcome) as caught:
        patched(add, text='{"resourceType":"Patient","telecom":{"value":"0"}}')
    assert caught.value.status == 422


def test_a_patch_can_be_applied_again() -> None:
    add = op("add", "Patient", value(valueContactPoint={"value": "1"}), name="telecom")
    replace = op("replace", "Patient.telecom.value", value(valueString="2"))
    patch = fhirpath_patch.patch_of({"resourceType": "Parameters", "parameter": [add, replace]})
    assert patch(exact.parse(TEXT)) == patch(exact.parse(TEXT))
