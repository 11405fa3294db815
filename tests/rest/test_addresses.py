"""What addresses there are, what may be done at them, and what is said about the others."""

import pytest

from fhirapi.smart.people import keys, links
from tests import people
from tests.api import Api, diagnostics, ids
from tests.people import Person, make_key


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("Patient/_search", "POST"), ("single/Patient.php?id=1", "GET, HEAD"),
        ("Patient/1/_history", "GET, HEAD"), ("Patient/1/_history/1", "GET, HEAD"),
        ("Patient/_history", "GET, HEAD"), ("Patient/1/$everything", "GET, HEAD, POST"),
        ("DocumentReference/$docref", "GET, HEAD, POST"), ("metadata", "GET, HEAD"),
        ("Patient/1/Observation", "GET, HEAD"), ("", "GET, HEAD, POST"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_nothing_can_be_written_elsewhere(
    api: Api, db: None, path: str, allowed: str, method: str
) -> None:
    response = getattr(api.http, method)(f"/R4-patient-api/{path}")
    assert response.status_code == 405
    assert response["Allow"] == allowed
    assert diagnostics(response)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("get", "Patient/_search", "POST"), ("post", "Patient/1", "GET, HEAD, PUT, PATCH, DELETE"),
        ("trace", "Patient", "GET, HEAD, POST, PUT, PATCH, DELETE"), ("put", "", "GET, HEAD, POST"),
        ("post", "Patient/1/_history", "GET, HEAD"),
    ],
)  # fmt: skip
def test_the_wrong_method_is_told_the_right_one(
    api: Api, db: None, method: str, path: str, allowed: str
) -> None:
    response = getattr(api.http, method)(f"/R4-patient-api/{path}")
    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert allowed in diagnostics(response)


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("Unicorn/1", 404, "'Unicorn'"), ("Unicorn", 404, "'Unicorn'"),
        ("Unicorn/1/_history", 404, "'Unicorn'"), ("patient/1", 404, "'patient'"),
        ("Patient/a b", 400, "id"), ("Patient/a_b", 400, "id"), ("Patient/" + "x" * 65, 400, "id"),
        ("Patient/ü/_history", 400, "id"), ("Patient/1/2/3", 404, "nothing"),
        ("Patient/1/Unicorn", 404, "nothing"), ("Patient/1/*", 404, "$everything"),
        ("Patient/1/$unheard-of", 404, "$unheard-of"),
        ("Patient/$nothing", 404, "$nothing"), ("_history", 404, "history"),
        ("_search", 404, "search"), ("Patient/1/_history/a/b", 404, "nothing"),
        ("Patient/1/Practitioner", 404, "Practitioner?"), ("Patient/1/Patient", 404, "Patient?"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_says_why(
    api: Api, db: None, path: str, status: int, words: str
) -> None:
    response = api.http.get(f"/R4-patient-api/{path}")
    assert response.status_code == status
    assert words in diagnostics(response)


def test_a_patients_compartment_can_be_searched(api: Api, rebecca: Person) -> None:
    api.has(people.observation("a", "142859"), people.observation("b", "142859", code="1"))
    session = api.as_(rebecca.key)
    assert sorted(ids(session.get("Patient/142859/Observation"))) == ["a", "b"]
    assert ids(session.get("Patient/142859/Observation", {"code": "1"})) == ["b"]
    assert ids(session.get("Patient/142859/Observation", {"patient": "142860"})) == []


def test_a_compartment_of_somebody_else_holds_nothing(api: Api, rebecca: Person) -> None:
    api.has(people.observation("johns", "142860"))
    assert api.as_(rebecca.key).get("Patient/142860/Observation").json()["total"] == 0


def test_a_compartment_is_closed_without_token_or_scope(api: Api, rebecca: Person) -> None:
    people.narrow(rebecca, "patient/Patient.rs")
    address = "Patient/142859/Observation"
    assert api.as_(rebecca.key).get(address).status_code == 403
    assert api.http.get(f"/R4-patient-api/{address}").status_code == 401


OF_JOHN = (
    "Observation/johns/_history/1", "Observation/johns/_history", "Patient/142860/$everything",
    "Patient/142860", "Binary/johns",
)  # fmt: skip


@pytest.fixture
def johns(api: Api, practice: None) -> None:
    file = {
        "resourceType": "Binary",
        "id": "johns",
        "contentType": "text/plain",
        "securityContext": {"reference": "Patient/142860"},
    }
    api.has(people.observation("johns", "142860"), file)


@pytest.mark.usefixtures("johns")
class TestWhoseItIs:
    @pytest.mark.parametrize("address", OF_JOHN)
    def test_a_key_opens_its_own_patients_only(
        self, api: Api, dr_grey: Person, address: str
    ) -> None:
        assert api.as_(make_key(dr_grey, ["142860"])).get(address).status_code == 200
        assert api.as_(make_key(dr_grey, ["142859"])).get(address).status_code == 404

    @pytest.mark.parametrize("address", OF_JOHN)
    def test_a_link_that_ends_closes_living_tokens(
        self, api: Api, john: Person, address: str
    ) -> None:
        session = api.as_(john.key)
        links.unlink(john.account, "Patient", by=None)
        assert session.get(address).status_code == 404

    def test_what_lists_records_lists_none_any_more(self, api: Api, john: Person) -> None:
        session = api.as_(john.key)
        links.unlink(john.account, "Patient", by=None)
        for address in ("Observation/_history", "Patient/$everything", "Patient/142860/Observation",
                        "DocumentReference/$docref?patient=142860"):  # fmt: skip
            assert "entry" not in session.get(address).json(), address

    @pytest.mark.parametrize("address", [*OF_JOHN, "Observation/_history", "Patient/$everything"])
    def test_a_deactivated_key_opens_nothing(self, api: Api, john: Person, address: str) -> None:
        session = api.as_(john.key)
        keys.set_active(john.key, False)
        assert session.get(address).status_code == 401
