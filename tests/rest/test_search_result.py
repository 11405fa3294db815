"""How a search's Bundle looks: order, pages, totals, parts of resources."""

import base64
from urllib.parse import unquote

import pytest

from tests import people
from tests.api import Api, ids
from tests.people import Person, make_key


@pytest.mark.usefixtures("observations")
class TestResult:
    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("date", ["old", "new"]), ("-date", ["new", "old"]), ("_id", ["new", "old"]),
            ("-_id", ["old", "new"]), ("_lastUpdated,-_id", ["old", "new"]),
        ],
    )  # fmt: skip
    def test_sort_orders_and_pages_keep_the_order(
        self, api: Api, rebecca: Person, sort: str, found: list[str]
    ) -> None:
        session = api.as_(rebecca.key)
        assert ids(session.get("Observation", {"_sort": sort})) == found
        first = session.get("Observation", {"_sort": sort, "_count": "1"})
        links = {link["relation"]: link["url"] for link in first.json()["link"]}
        second = session.get(links["next"].removeprefix("http://localhost:8000"))
        assert ids(first) + ids(second) == found
        assert all(link["relation"] != "next" for link in second.json()["link"])

    def test_elements_cut_resources_down_and_say_so(self, api: Api, rebecca: Person) -> None:
        bundle = api.as_(rebecca.key).get("Observation", {"_elements": "status"}).json()
        resource = bundle["entry"][0]["resource"]
        assert set(resource) == {"resourceType", "id", "meta", "status", "code"}
        assert resource["meta"]["tag"][0]["code"] == "SUBSETTED"

    def test_summary_count_and_total_none(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        assert session.get("Observation", {"_summary": "count"}).json()["total"] == 2
        assert "total" not in session.get("Observation", {"_total": "none"}).json()

    def test_searching_for_nothing_to_see_gives_the_total_only(
        self, api: Api, rebecca: Person
    ) -> None:
        bundle = api.as_(rebecca.key).get("Observation", {"_count": "0"}).json()
        assert bundle["total"] == 2
        assert "entry" not in bundle

    def test_pages_follow_each_other_without_gap_or_repetition(
        self, api: Api, rebecca: Person
    ) -> None:
        api.has(*(people.observation(f"same-{n}", "142859", on="2022-01-01") for n in range(5)))
        session = api.as_(rebecca.key)
        seen, address = [], "http://localhost:8000/R4-patient-api/Observation?_count=3"
        while address:
            page = session.get(address.removeprefix("http://localhost:8000"))
            assert page.json()["total"] == 7
            seen += ids(page)
            links = {link["relation"]: link["url"] for link in page.json()["link"]}
            address = links.get("next", "")
        assert len(seen) == len(set(seen)) == 7
        assert seen[0] == "new"
        assert seen[-1] == "old"

    def test_a_page_link_of_another_search_is_refused(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        page = session.get("Observation", {"_count": "1"}).json()
        cursor = page["link"][1]["url"].rpartition("_page=")[2]
        other = session.get("Observation", {"_count": "1", "code": "1", "_page": cursor})
        assert other.status_code == 400
        assert session.get("Observation", {"_page": "made-up"}).status_code == 400

    def test_a_page_link_shows_nothing_of_the_record(self, api: Api, dr_grey: Person) -> None:
        session = api.as_(make_key(dr_grey, ["142859", "142860"]))
        page = session.get("Patient", {"_sort": "family", "_count": "1"}).json()
        cursor = page["link"][1]["url"].rpartition("_page=")[2]
        raw = base64.urlsafe_b64decode(unquote(cursor))
        assert b"larson" not in raw.lower()
        assert "larson" not in cursor.lower()
