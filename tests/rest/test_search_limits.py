"""What a search may cost, and in which form it may come."""

import pytest

from tests.api import Api, diagnostics
from tests.people import Person


@pytest.mark.usefixtures("visit")
class TestCost:
    @pytest.mark.parametrize(
        "query",
        [[("code", "1")] * 31, [("_include", "Observation:encounter")] * 31,
         [("encounter.patient.general-practitioner.practitioner.x.y", "1")]],
    )  # fmt: skip
    def test_a_search_has_limits(
        self, api: Api, rebecca: Person, query: list[tuple[str, str]]
    ) -> None:
        response = api.as_(rebecca.key).get(
            "Observation?" + "&".join(f"{name}={value}" for name, value in query)
        )
        assert response.status_code in (200, 400)
        assert response.json()["resourceType"] in ("Bundle", "OperationOutcome")

    def test_a_form_is_expected(self, api: Api, rebecca: Person) -> None:
        token = api.as_(rebecca.key).token
        response = api.http.post(
            "/R4-patient-api/Observation/_search", "{}", content_type="application/json",
            headers={"authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert response.status_code == 415

    def test_more_fields_than_django_reads_are_400(self, api: Api, rebecca: Person) -> None:
        response = api.as_(rebecca.key).get("Observation?" + "&".join(["code=1"] * 1100))
        assert response.status_code == 400
        assert diagnostics(response)


@pytest.mark.parametrize("rest", ["bulk/imports/x/rejects/%0D%0A/OperationOutcome.ndjson", "a%0Ab"])
def test_an_address_of_several_lines_is_answered_as_fhir_does(api: Api, rest: str) -> None:
    response = api.http.get(f"/R4-patient-api/{rest}")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("application/fhir+json")
    assert diagnostics(response)


def test_an_address_of_several_lines_is_a_problem_to_the_provider_api(api: Api) -> None:
    response = api.http.get("/provider-api/v1/a%0Ab")
    assert response.status_code in (401, 404)
    assert response["Content-Type"] == "application/problem+json"
