"""Conditional reads and HEAD. https://hl7.org/fhir/R4/http.html#cread"""

import pytest

from tests import people, versions
from tests.api import Api
from tests.people import Person

PULSE = "Observation/pulse"
CHANGED = "Thu, 01 Feb 2024 09:00:00 GMT"


@pytest.fixture(autouse=True)
def pulse(api: Api, practice: None) -> None:
    api.has(people.observation("pulse", "142859"))
    versions.replace("Observation", "pulse", "2024-02-01T09:00:00.400+00:00", status="amended")


@pytest.mark.parametrize("known", ['W/"2"', '"2"', 'W/"1", W/"2"', '"x","2"', "*", ' W/"2" '])
def test_a_known_version_is_not_sent_again(api: Api, rebecca: Person, known: str) -> None:
    response = api.as_(rebecca.key).get(PULSE, **{"if-none-match": known})
    assert (response.status_code, response.content) == (304, b"")
    assert (response["ETag"], response["Last-Modified"]) == ('W/"2"', CHANGED)
    assert "Content-Type" not in response


@pytest.mark.parametrize("known", ['W/"1"', '"22"', "2", "W/2", "", '"*"', "nonsense"])
def test_another_version_is_sent(api: Api, rebecca: Person, known: str) -> None:
    response = api.as_(rebecca.key).get(PULSE, **{"if-none-match": known})
    assert response.json()["status"] == "amended"


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (CHANGED, 304), ("Fri, 01 Mar 2024 00:00:00 GMT", 304),
        ("Thu, 01 Feb 2024 08:59:59 GMT", 200), ("yesterday", 200), ("", 200),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 200),
    ],
)  # fmt: skip
def test_what_has_not_changed_since_is_not_sent(
    api: Api, rebecca: Person, since: str, status: int
) -> None:
    response = api.as_(rebecca.key).get(PULSE, **{"if-modified-since": since})
    assert response.status_code == status


def test_the_version_goes_before_the_date(api: Api, rebecca: Person) -> None:
    headers = {"if-none-match": 'W/"1"', "if-modified-since": CHANGED}
    assert api.as_(rebecca.key).get(PULSE, **headers).status_code == 200


def test_if_match_says_nothing_to_a_read(api: Api, rebecca: Person) -> None:
    assert api.as_(rebecca.key).get(PULSE, **{"if-match": 'W/"1"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [("Observation/johns", 404), ("Observation/gone", 410), ("Observation/pulse/_history/7", 404)],
)
def test_a_condition_does_not_hide_that_there_is_nothing(
    api: Api, rebecca: Person, path: str, status: int
) -> None:
    api.has(people.observation("johns", "142860"), people.observation("gone", "142859"))
    versions.delete("Observation", "gone", "2024-02-01T09:00:00+00:00")
    response = api.as_(rebecca.key).get(path, **{"if-none-match": "*"})
    assert response.status_code == status


def test_an_old_version_can_be_known_too(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    response = session.get(f"{PULSE}/_history/1", **{"if-none-match": 'W/"1"'})
    assert response.status_code == 304


@pytest.mark.parametrize(
    "path",
    [PULSE, f"{PULSE}/_history", f"{PULSE}/_history/1", "Observation", "Observation/_history",
     "Patient/142859/$everything", "Patient/142859/Observation", "metadata", "Observation/nobody"],
)  # fmt: skip
def test_head_answers_the_headers_of_get(api: Api, rebecca: Person, path: str) -> None:
    session = api.as_(rebecca.key)
    headers = {"authorization": f"Bearer {session.token}"}
    got, head = session.get(path), api.http.head(f"/R4-patient-api/{path}", headers=headers)
    assert head.content == b""
    assert (head.status_code, head.headers) == (got.status_code, got.headers)
