"""What a token opens, asked of the API itself."""

from fhirapi.smart.models import DataAccessGrant
from tests.api import Api
from tests.people import Person
from tests.smart import tokens


def test_a_token_of_a_patient_opens_that_record(api: Api, rebecca: Person) -> None:
    session = tokens.issue(rebecca, "patient/Patient.r", patient="142859")
    assert session.get("Patient/142859").status_code == 200
    assert session.get("Patient").status_code == 403
    assert session.get("Patient/142860").status_code == 404


def test_a_revoked_grant_closes_its_token(api: Api, rebecca: Person) -> None:
    session = tokens.issue(rebecca, "patient/*.rs", patient="142859")
    DataAccessGrant.objects.update(revoked_at="2024-01-01T00:00Z")
    assert session.get("Patient/142859").status_code == 401
