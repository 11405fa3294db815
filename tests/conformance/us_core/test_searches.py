"""Every search that a version of US Core asks for finds exactly what has the values.

http://hl7.org/fhir/us/core/CapabilityStatement-us-core-server.html - the values come from generated
records, as the public test procedures take them from the record of the patient in their hands.
"""

from functools import cache
from itertools import chain
from typing import Any

import pytest

from fhirapi.synthetic.population import practice, practitioner_of, record
from tests.api import Session, ids
from tests.conformance.us_core.oracle import Resource, compares, extract, texts
from tests.conformance.us_core.required import (
    DATES,
    Required,
    alternatives,
    comparators,
    searches,
)
from tests.conformance.us_core.supplement import is_complete, supplement

pytestmark = pytest.mark.django_db

SEED = 7
PATIENTS = (0, 1, 12)  # of one doctor


@cache
def _everything() -> list[Resource]:
    records = [record(SEED, index) for index in PATIENTS]
    found = [*practice(SEED), *chain.from_iterable(records)]
    for required in searches():
        if not any(_fits(each, required) for each in found):
            found.append(supplement(required, records[0][0]))
    return found


def _fits(resource: Resource, required: Required) -> bool:
    return resource["resourceType"] == required.resource_type and is_complete(resource, required)


@pytest.fixture(scope="module")
def population() -> list[Resource]:
    return _everything()


@pytest.fixture(scope="module")
def doctor() -> str:
    [one] = {practitioner_of(SEED, index) for index in PATIENTS}
    return one


@pytest.fixture(scope="module")
def stored(session: Session) -> Any:
    """The resources of a type, as the API gives them."""

    @cache
    def of_type(resource_type: str) -> list[Resource]:
        bundle = session.get(resource_type, {"_count": "1000"}).json()
        found = [entry["resource"] for entry in bundle["entry"]]
        assert len(found) == bundle["total"]
        return found

    return of_type


@pytest.mark.parametrize("required", searches(), ids=str)
def test_a_required_search_finds_exactly_what_has_the_values(
    session: Session, stored: Any, required: Required
) -> None:
    resources = stored(required.resource_type)
    chosen = next(each for each in resources if is_complete(each, required))
    query = {name: _ask(chosen, paths, kind) for name, paths, kind in required.parameters}
    wanted = {each["id"] for each in resources if _matches(each, required, query)}
    assert chosen["id"] in wanted
    query["_count"] = "1000"
    assert set(ids(session.get(required.resource_type, query))) == wanted
    assert set(ids(session.post(f"{required.resource_type}/_search", query))) == wanted


@pytest.mark.parametrize(
    ("required", "prefix"), comparators(), ids=lambda each: getattr(each, "value", str(each))
)
def test_a_required_comparator_compares(
    session: Session, stored: Any, required: Required, prefix: str
) -> None:
    resources = stored(required.resource_type)
    [(name, paths, _)] = required.parameters
    have = [(each, value) for each in resources for value in _values(each, paths)]
    for _, value in have[:: max(1, len(have) // 5)]:
        asked = value if isinstance(value, str) else next(iter(value.values()))
        wanted = {each["id"] for each, stored in have if compares(prefix, stored, asked)}
        query = {name: f"{prefix}{asked}", "_count": "1000"}
        assert set(ids(session.get(required.resource_type, query))) == wanted


@pytest.mark.parametrize("required", alternatives(), ids=str)
def test_a_required_or_list_finds_what_has_any_of_the_values(
    session: Session, stored: Any, required: Required
) -> None:
    resources = stored(required.resource_type)
    [(name, paths, kind)] = required.parameters
    every = {text for each in resources for value in _values(each, paths)
             for text in texts(value, kind)}  # fmt: skip
    query = {name: ",".join(sorted(every)[:3]), "_count": "1000"}
    wanted = {each["id"] for each in resources if _matches(each, required, query)}
    assert set(ids(session.get(required.resource_type, query))) == wanted


def _values(resource: Resource, paths: tuple[str, ...]) -> list[Any]:
    return [value for path in paths for value in extract(resource, path)]


def _ask(resource: Resource, paths: tuple[str, ...], kind: str) -> str:
    value = _values(resource, paths)[0]
    if kind in DATES:
        text = value if isinstance(value, str) else value.get("start") or value["end"]
        return str(text) if isinstance(value, str) else f"ge{text}"
    return max(texts(value, kind))


def _matches(resource: Resource, required: Required, query: dict[str, str]) -> bool:
    return all(
        any(_is_meant(value, kind, query[name]) for value in _values(resource, paths))
        for name, paths, kind in required.parameters
    )


def _is_meant(value: Any, kind: str, asked: str) -> bool:
    if kind in DATES:
        prefix = "ge" if asked.startswith("ge") else "eq"
        return compares(prefix, value, asked.removeprefix("ge"))
    if kind in ("string", "HumanName", "Address"):
        return any(text.lower().startswith(asked.lower()) for text in texts(value, kind))
    return bool(texts(value, kind) & set(asked.split(",")))
