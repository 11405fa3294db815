"""The guide's token exchange: every spelling, every refusal."""

import base64
from datetime import date, timedelta
from io import StringIO
from typing import Any

import jwt
import pytest
from django.core.management import call_command
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import keys, links
from fhirapi.smart.tokens.issue import find, issue
from tests.api import TOKEN, Api, Session, ids
from tests.people import Person, make_key

WRONG = "Error: Wrong Client_ID or Client_secret Key"
GONE = "User session not found. User must re-authenticate."


def test_it_answers_patient_access_token_and_refresh_token(api: Api, rebecca: Person) -> None:
    response = api.exchange(rebecca.key)
    answer = response.json()
    assert response.status_code == 200
    assert answer["patient"] == "142859"
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert answer["refresh_token"]
    assert response["Cache-Control"] == "no-store"


def test_the_access_token_is_a_signed_jwt_that_names_key_and_patient(
    api: Api, rebecca: Person
) -> None:
    token = api.exchange(rebecca.key).json()["access_token"]
    published = api.http.get("/R4-patient-api/oauth2/jwks").json()["keys"]
    kid = jwt.get_unverified_header(token)["kid"]
    [jwk] = [each for each in published if each["kid"] == kid]
    base = "http://localhost:8000/R4-patient-api"
    claims = jwt.decode(token, jwt.PyJWK(jwk).key, ["ES256"], audience=base, issuer=base)
    assert claims["patient"] == "142859"
    assert claims["client_id"] == rebecca.key.access_key_id


@pytest.mark.parametrize("spelling", ["oauth2/token.php", "oath2/token.php", "oauth2/token"])
@pytest.mark.parametrize("names", [("Client_ID", "Client_secret"), ("client_id", "CLIENT_SECRET")])
@pytest.mark.parametrize("content_type", ["multipart", "urlencoded"])
def test_every_spelling_of_address_fields_and_encoding_works(
    api: Api, rebecca: Person, spelling: str, names: tuple[str, str], content_type: str
) -> None:
    fields = {
        "Grant_Type": "authorization_code",
        names[0]: rebecca.key.access_key_id,
        names[1]: rebecca.secret,
    }
    path = f"/R4-patient-api/{spelling}"
    if content_type == "multipart":
        response = api.http.post(path, fields)
    else:
        body = "&".join(f"{name}={value}" for name, value in fields.items())
        response = api.http.post(path, body, content_type="application/x-www-form-urlencoded")
    assert response.json()["patient"] == "142859"


@pytest.mark.parametrize("wrong", [{"Client_ID": "0123456789ABCDEF"}, {"Client_secret": "no"}])
def test_a_wrong_pair_gets_the_documented_answer(
    api: Api, rebecca: Person, wrong: dict[str, str]
) -> None:
    right = {"Client_ID": rebecca.key.access_key_id, "Client_secret": rebecca.secret}
    response = api.ask_token(grant_type="authorization_code", **{**right, **wrong})
    assert response.status_code == 401
    assert response.json()["Result"] == WRONG
    assert response.json()["error"] == "invalid_client"
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert AuditRecord.objects.filter(action="token", outcome="denied").count() == 1


@pytest.mark.parametrize("missing", ["Client_ID", "Client_secret"])
def test_a_missing_field_is_an_invalid_request(api: Api, rebecca: Person, missing: str) -> None:
    fields = {"Client_ID": rebecca.key.access_key_id, "Client_secret": rebecca.secret}
    response = api.ask_token(grant_type="authorization_code", **{**fields, missing: ""})
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


def test_a_form_without_a_grant_type_is_an_invalid_request(api: Api, rebecca: Person) -> None:
    pair = {"Client_ID": rebecca.key.access_key_id, "Client_secret": rebecca.secret}
    answer = api.ask_token(**pair).json()
    assert answer["error"] == "invalid_request"
    assert "grant_type" in answer["error_description"]


@pytest.mark.parametrize("grant_type", ["", "password", "implicit", "nonsense"])
def test_another_grant_type_is_refused(api: Api, rebecca: Person, grant_type: str) -> None:
    response = api.ask_token(
        grant_type=grant_type, Client_ID=rebecca.key.access_key_id, Client_secret=rebecca.secret
    )
    assert response.status_code in (400, 401)
    assert response.json()["error"] in (
        "unsupported_grant_type",
        "unauthorized_client",
        "invalid_request",
    )


def test_json_bodies_and_get_are_refused_with_a_hint(api: Api) -> None:
    as_json = api.http.post(TOKEN, "{}", content_type="application/json")
    assert as_json.status_code == 400
    assert as_json.json()["error"] == "invalid_request"
    assert "form-data" in as_json.json()["error_description"]
    assert api.http.get(TOKEN).status_code == 405


def test_an_expired_key_says_when_it_expired(api: Api, rebecca: Person) -> None:
    keys.set_validity(rebecca.key, date(2020, 1, 1), date(2020, 2, 1))
    response = api.exchange(rebecca.key)
    assert response.status_code == 400
    assert "expired on 02/01/2020" in response.json()["error_description"]


def test_a_key_that_begins_tomorrow_says_so(api: Api, rebecca: Person) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    keys.set_validity(rebecca.key, tomorrow, tomorrow)
    assert "not valid before" in api.exchange(rebecca.key).json()["error_description"]


def test_an_inactive_key_says_so(api: Api, rebecca: Person) -> None:
    keys.set_active(rebecca.key, False)
    assert "inactive" in api.exchange(rebecca.key).json()["error_description"]
    refused = AuditRecord.objects.get(detail="unusable key", account_id=rebecca.account.pk)
    assert refused.client_id == rebecca.key.access_key_id


def test_a_key_works_on_its_first_and_last_day(api: Api, rebecca: Person) -> None:
    today = timezone.localdate()
    keys.set_validity(rebecca.key, today, today)
    assert api.as_(rebecca.key).get("Patient/142859").status_code == 200


def test_refreshing_gives_a_new_pair_and_ends_the_old_one(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    response = refresh(api, rebecca, session.answer["refresh_token"])
    answer = response.json()
    assert response.status_code == 200
    assert answer["patient"] == "142859"
    assert answer["refresh_token"] != session.answer["refresh_token"]
    assert session.get("Patient/142859").status_code == 401
    session.token = answer["access_token"]
    assert session.get("Patient/142859").status_code == 200


def test_a_refresh_token_used_twice_ends_the_whole_family(api: Api, rebecca: Person) -> None:
    first = api.exchange(rebecca.key).json()["refresh_token"]
    second = refresh(api, rebecca, first).json()["refresh_token"]
    for used in (first, second):
        response = refresh(api, rebecca, used)
        assert response.status_code in (400, 401)
        assert response.json()["error_description"] == GONE


def test_a_refresh_needs_the_secret(api: Api, rebecca: Person) -> None:
    token = api.exchange(rebecca.key).json()["refresh_token"]
    response = api.ask_token(
        grant_type="refresh_token", refresh_token=token, Client_ID=rebecca.key.access_key_id
    )
    assert response.status_code == 401
    wrong = refresh(api, rebecca, token, secret="wrong")
    assert wrong.json()["Result"] == WRONG


def test_somebody_elses_refresh_token_is_not_found(api: Api, rebecca: Person, john: Person) -> None:
    token = api.exchange(rebecca.key).json()["refresh_token"]
    assert refresh(api, john, token).json()["error_description"] == GONE


def test_after_rotation_the_old_secret_works_only_during_the_overlap(
    api: Api, rebecca: Person
) -> None:
    old = rebecca.secret
    keys.rotate(rebecca.key, overlap=timedelta(hours=1))
    assert api.exchange(rebecca.key, old).status_code == 200
    assert api.exchange(rebecca.key).status_code == 200
    keys.rotate(rebecca.key, overlap=None)
    assert api.exchange(rebecca.key, old).status_code == 401


def test_rotation_without_overlap_ends_the_tokens(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    keys.rotate(rebecca.key, overlap=None)
    assert session.get("Patient/142859").status_code == 401


def test_a_provider_key_of_two_patients_lists_them(api: Api, dr_grey: Person) -> None:
    answer = api.exchange(make_key(dr_grey, ["142859", "142860"])).json()
    assert answer["patients"] == ["142859", "142860"]
    assert answer["patient"] == "142859,142860"


def test_no_secret_and_no_token_is_stored_in_clear(api: Api, rebecca: Person) -> None:
    answer = api.exchange(rebecca.key).json()
    secret = rebecca.secret

    dump = StringIO()
    call_command("dumpdata", "fhirapi", stdout=dump)
    for kept_from_view in (secret, answer["access_token"], answer["refresh_token"]):
        assert kept_from_view not in dump.getvalue()


def test_a_refreshed_token_opens_whom_the_key_opens_by_now(api: Api, dr_grey: Person) -> None:
    links.link(dr_grey.account, "Patient", "7", method=RecordLink.Method.DEMO)
    person = Person(dr_grey.account, "7")
    session = api.as_(person.key)
    for patients, context in ((["142859", "142860"], "user"), (["7"], "patient")):
        keys.choose_patients(person.key, patients)
        answer = refresh(api, person, session.answer["refresh_token"]).json()
        session = Session(api.http, answer)
        assert answer["scope"] == f"{context}/*.rs offline_access"
        assert sorted(ids(session.get("Patient"))) == patients


def test_a_refresh_after_the_link_has_ended_is_refused(api: Api, rebecca: Person) -> None:
    token = api.exchange(rebecca.key).json()["refresh_token"]
    links.unlink(rebecca.account, "Patient", by=None)
    response = refresh(api, rebecca, token)
    assert response.status_code == 400
    assert response.json()["error_description"] == GONE
    assert AuditRecord.objects.filter(detail="refresh refused", outcome="denied").exists()


def test_a_secret_rotated_while_it_was_checked_gives_no_token(rebecca: Person) -> None:
    found = find(rebecca.key.access_key_id)
    assert found
    keys.rotate(rebecca.key, overlap=None)
    assert issue(found, address=None) is None


def test_a_stale_copy_of_a_key_undoes_no_other_change(rebecca: Person) -> None:
    access_key_id = rebecca.key.access_key_id
    stale = keys.keys_of(rebecca.account).get(access_key_id=access_key_id)
    keys.set_active(rebecca.key, False)
    keys.rotate(stale, overlap=None)
    assert keys.keys_of(rebecca.account).get().is_active is False


def test_no_client_is_let_in_without_its_secret(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    rebecca.account.is_active = False
    rebecca.account.save()
    basic = base64.b64encode(f"{rebecca.key.access_key_id}:".encode()).decode()
    for headers in ({"authorization": f"Basic {basic}"}, {}):
        response = api.http.post(
            "/R4-patient-api/oauth2/revoke",
            {"token": session.token, "client_id": rebecca.key.access_key_id, "client_secret": ""},
            headers=headers,
        )
        assert response.status_code == 401
    assert rebecca.key.data_access_grant.access_tokens.exists()


def test_a_key_revokes_its_own_token(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    form = {"token": session.token, "client_id": rebecca.key.access_key_id}
    api.http.post("/R4-patient-api/oauth2/revoke", {**form, "client_secret": rebecca.secret})
    assert session.get("Patient/142859").status_code == 401
    assert AuditRecord.objects.filter(action="revoke", client_id=rebecca.key.access_key_id).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
        {"grant_type": "client_credentials"},
        {"grant_type": "refresh_token", "refresh_token": "a\x00b", "client_id": "a"},
        {"grant_type": "refresh_token", "refresh_token": "a", "client_id": "a\x00"},
        {"grant_type": "authorization_code", "client_id": "a\x00", "client_secret": "b"},
        {"grant_type": "authorization_code", "code": "x", "client_id": "a"},
        {},
    ],
)
def test_no_form_breaks_the_endpoint(api: Api, rebecca: Person, fields: dict[str, str]) -> None:
    response = api.ask_token(**fields)
    assert response.status_code in (400, 401)
    assert response.json()["error"]


def test_the_key_may_come_in_a_basic_header(api: Api, rebecca: Person) -> None:
    basic = base64.b64encode(f"{rebecca.key.access_key_id}:{rebecca.secret}".encode()).decode()
    response = api.http.post(
        TOKEN, {"grant_type": "authorization_code"}, headers={"authorization": f"Basic {basic}"}
    )
    assert response.json()["patient"] == "142859"


def test_an_empty_code_is_no_code(api: Api, rebecca: Person) -> None:
    response = api.ask_token(
        grant_type="authorization_code", code="", Client_ID=rebecca.key.access_key_id,
        Client_secret=rebecca.secret,
    )  # fmt: skip
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"grant_type=authorization_code", "multipart/form-data"),
        (b"grant_type=x", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"&".join(b"a%d=1" % n for n in range(2000)), "application/x-www-form-urlencoded"),
        (b"client_id=a&Client_ID=b", "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_what_cannot_be_read_is_an_invalid_request_in_json(
    api: Api, body: bytes, content_type: str
) -> None:
    response = api.http.generic("POST", TOKEN, body, content_type)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/json"
    assert response.json()["error_description"]


def refresh(api: Api, person: Person, token: str, secret: str = "") -> Any:
    return api.ask_token(
        grant_type="refresh_token",
        refresh_token=token,
        Client_ID=person.key.access_key_id,
        Client_secret=secret or person.secret,
    )
