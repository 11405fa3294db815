"""What can be asked is said by the registry alone, and each way of asking has words."""

import json
import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import translation

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ParameterType
from fhirapi.search.query import RESULT_PARAMETERS, modifiers, parse
from fhirapi.searchparams.values import PREFIXES
from portal.console.definitions import told
from portal.console.words import WORDS

SCRIPTS = settings.ROOT / "static" / "js" / "console"


def asked(**headers: str) -> Any:
    return Client().get("/console/definitions.json", headers=headers)


def test_every_type_and_parameter_of_the_registry_is_there() -> None:
    found = {each["name"]: {row["code"] for row in each["search"]} for each in told()["types"]}
    assert found == {each.name: {row.code for row in each.search} for each in registry.every()}


def test_a_type_that_is_declared_later_is_there_too(db: None) -> None:
    names = {each["name"] for each in json.loads(asked().content)["types"]}
    assert names == {each.name for each in registry.every()}


def test_each_result_parameter_is_one_that_a_search_takes() -> None:
    values = {"_count": "5", "_sort": "_id", "_include": "Patient:general-practitioner",
              "_revinclude": "Observation:patient", "_elements": "name"}  # fmt: skip
    patient = registry.find("Patient")
    assert patient is not None
    for name, allowed in RESULT_PARAMETERS.items():
        for value in allowed or {values[name]}:
            assert parse(patient, [(name, value)], strict=True).applied == [(name, value)]


def test_who_has_it_already_gets_no_second_copy(db: None) -> None:
    first = asked()
    assert first.status_code == 200
    again = asked(if_none_match=first["ETag"])
    assert again.status_code == 304
    assert again.content == b""


def test_it_is_in_the_language_of_its_reader(db: None) -> None:
    with translation.override("es"):  # and back: the middleware leaves the language as it was asked
        english, spanish = asked(accept_language="en"), asked(accept_language="es")
        words = translation.gettext("Vaccinations")
    assert english["ETag"] != spanish["ETag"]
    assert words in spanish.content.decode()


def test_each_way_of_comparing_has_words() -> None:
    every = [row for each in registry.every() for row in each.search]
    wanted = {f"modifier.{each}" for row in every for each in modifiers(row) if each}
    wanted |= {f"plain.{each.value}" for each in ParameterType}
    wanted |= {f"{kind}.{each}" for kind in ("date", "number") for each in PREFIXES}
    prefixes = ("modifier.", "plain.", "date.", "number.")
    assert {name for name in WORDS if name.startswith(prefixes)} == wanted


def sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in Path(SCRIPTS).glob("*.js"))


def test_every_word_that_the_script_says_exists() -> None:
    said = set(re.findall(r'say\("([\w.-]+)"', sources()))
    assert said - set(WORDS) == set()


def test_no_word_is_kept_that_nobody_says() -> None:
    composed = ("modifier.", "plain.", "date.", "number.", "group.")
    source = sources()
    unused = {name for name in WORDS if not name.startswith(composed) and f'"{name}"' not in source}
    assert unused == set()
    groups = set(re.findall(r'\["(\w+)", ', source))
    assert {name for name in WORDS if name.startswith("group.")} <= {f"group.{g}" for g in groups}
