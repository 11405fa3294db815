"""How a result looks: order and parts. https://hl7.org/fhir/R4/search.html#return"""

from typing import Any

import pytest

from tests import people
from tests.api import Api, Session, ids
from tests.people import Person


@pytest.fixture
def session(api: Api, rebecca: Person) -> Session:
    for name, value in (("b", 3), ("a", 11), ("c", None)):
        made: dict[str, Any] = people.observation(name, "142859", on=f"202{value or 0}"[:4])
        made |= {"text": {"status": "generated"}, "note": [{"text": "x"}]}
        made["valueQuantity"] = {"value": value} if value else None
        api.has(made)
    return api.as_(rebecca.key)


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("value-quantity", ["b", "a", "c"]), ("-value-quantity", ["a", "b", "c"]),
        ("_id", ["a", "b", "c"]), ("_lastUpdated", ["b", "a", "c"]),
        ("-_lastUpdated", ["c", "a", "b"]), ("date,_id", ["c", "a", "b"]),
    ],
)  # fmt: skip
def test_it_is_ordered_and_paged_in_order(session: Session, sort: str, found: list[str]) -> None:
    assert ids(session.get("Observation", {"_sort": sort})) == found
    seen, page = [], session.get("Observation", {"_sort": sort, "_count": "1"})
    while True:
        seen += ids(page)
        links = {link["relation"]: link["url"] for link in page.json()["link"]}
        if "next" not in links:
            break
        page = session.get(links["next"].removeprefix("http://localhost:8000"))
    assert seen == found


@pytest.mark.parametrize(
    ("query", "elements"),
    [
        ({"_summary": "true"}, {"status", "code", "subject", "effectiveDateTime", "valueQuantity"}),
        ({"_summary": "text"}, {"status", "code", "text"}),
        ({"_elements": "Observation.status,note"}, {"status", "code", "note"}),
        ({"_elements": "Patient.issued,value[x]"}, {"status", "code", "valueQuantity"}),
    ],
)  # fmt: skip
def test_a_part_of_it_is_marked_as_a_part(
    session: Session, query: dict[str, str], elements: set[str]
) -> None:
    bundle = session.get("Observation", {**query, "_id": "a"}).json()
    [resource] = [entry["resource"] for entry in bundle["entry"]]
    assert set(resource) == {"resourceType", "id", "meta", *elements}
    assert resource["meta"]["tag"][-1]["code"] == "SUBSETTED"


def test_more_than_a_page_may_hold_is_the_most_it_may(session: Session) -> None:
    for address in ("Observation", "Patient/142859/$everything"):
        bundle = session.get(address, {"_count": "9" * 12}).json()
        assert {"a", "b", "c"} <= {entry["resource"]["id"] for entry in bundle["entry"]}


def test_it_is_ordered_by_five_parameters_at_most(session: Session) -> None:
    assert session.get("Observation", {"_sort": ",".join(["date"] * 5)}).status_code == 200
    assert session.get("Observation", {"_sort": ",".join(["date"] * 6)}).status_code == 400


def test_a_summary_of_data_leaves_the_narrative_out(session: Session) -> None:
    bundle = session.get("Observation", {"_summary": "data", "_id": "a"}).json()
    assert "text" not in bundle["entry"][0]["resource"]
    assert "note" in bundle["entry"][0]["resource"]
