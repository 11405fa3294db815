"""The demo: what it makes, keeps and takes back."""

import json
from pathlib import Path
from typing import Any

import pytest

from fhirapi.smart.models import AccessKey, Client, RecordLink
from fhirapi.smart.people import keys
from fhirapi.smart.people.patients import may_see
from fhirapi.store.load import load
from fhirapi.store.models import Content
from fhirapi.synthetic.person import FIRST_ID
from fhirapi.synthetic.population import practice, record
from portal.accounts.models import Account
from portal.accounts.pin import confirm_pin
from qsmartcare.demo.document import NotADemoDatabase, close, install
from qsmartcare.demo.people import NotTheDemos, roles
from qsmartcare.demo.population import (
    GROUP_ID,
    Person,
    generate_missing,
    is_generated,
    may_generate,
    patients,
)
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def population() -> None:
    load(practice(1))
    for index in range(2):
        load(record(1, index))
    generate_missing(2, lambda detail: None)


@pytest.fixture
def demo(population: None, tmp_path: Path) -> dict[str, Any]:
    return installed(tmp_path)


def installed(folder: Path) -> dict[str, Any]:
    install(folder, folder / "demo.json")
    found: dict[str, Any] = json.loads((folder / "demo.json").read_text())
    return found


def test_its_accounts_open_with_what_the_document_says(demo: dict[str, Any]) -> None:
    assert set(demo["accounts"]) == {"patient", "patient2", "provider", "guardian", "admin"}
    for told in demo["accounts"].values():
        account = Account.objects.get(username=told["username"])
        assert account.check_password(told["password"])
        assert confirm_pin(account, told["pin"])


def test_its_guardian_opens_the_records_of_two_others(demo: dict[str, Any]) -> None:
    told = demo["accounts"]["guardian"]
    account = Account.objects.get(username=told["username"])
    assert told["patient_id"] is None
    assert len(told["patient_ids"]) == 2
    assert may_see(account, [each["id"] for each in demo["patients"]]) == set(told["patient_ids"])


def test_only_the_administrator_is_staff(demo: dict[str, Any]) -> None:
    staff = Account.objects.filter(is_staff=True).values_list("username", flat=True)
    assert list(staff) == [demo["accounts"]["admin"]["username"]]


def test_installing_again_changes_nothing(demo: dict[str, Any], tmp_path: Path) -> None:
    assert installed(tmp_path) == demo
    assert Account.objects.count() == len(demo["accounts"]) + 2  # the backend services'


def test_a_key_that_was_renamed_is_not_made_again(demo: dict[str, Any], tmp_path: Path) -> None:
    told = demo["access_keys"][0]
    key = AccessKey.objects.get(access_key_id=told["access_key_id"])
    keys.set_label(key, "My own name")
    assert installed(tmp_path)["access_keys"][0] == {**told, "label": "My own name"}
    assert AccessKey.objects.count() == len(demo["access_keys"])


def test_what_was_tried_out_is_put_right_by_the_next_start(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    account = Account.objects.get(username="rebecca.larson")
    account.set_password("something else entirely")
    account.save()
    installed(tmp_path)
    account.refresh_from_db()
    assert account.check_password(demo["accounts"]["patient"]["password"])


def test_the_files_with_secrets_are_for_their_owner_alone(
    demo: dict[str, Any], tmp_path: Path
) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"demo.json": 0o600, "demo-secrets.json": 0o600}


def test_one_key_and_two_apps_may_write(demo: dict[str, Any], tmp_path: Path) -> None:
    [told] = [each for each in demo["access_keys"] if each.get("may_write")]
    key = AccessKey.objects.get(access_key_id=told["access_key_id"])
    assert (key.may_write, told["scope"]) == (True, "user/*.cruds offline_access")
    assert AccessKey.objects.filter(may_write=True).count() == 1
    partners = {name for name, each in demo["clients"].items() if each.get("provider_access")}
    assert partners == {"partner-confidential-symmetric", "partner-backend-service"}
    assert Client.objects.filter(provider_access_at__isnull=False).count() == 2
    service = Client.objects.get(client_id=demo["clients"]["partner-backend-service"]["client_id"])
    assert "system/*.cruds" in service.data_access_grants.get(revoked_at=None).scope


def test_private_keys_stay_out_of_the_database(demo: dict[str, Any]) -> None:
    for kind in ("confidential-asymmetric", "backend-service", "partner-backend-service"):
        told = demo["clients"][kind]
        [public] = Client.objects.get(client_id=told["client_id"]).jwks["keys"]
        assert told["private_jwk"]["d"]
        assert "d" not in public
        assert public["kid"] == told["private_jwk"]["kid"]


def test_closing_locks_accounts_and_removes_apps(demo: dict[str, Any], tmp_path: Path) -> None:
    close(tmp_path)
    assert not Account.objects.filter(is_active=True).exists()
    assert not Client.objects.filter(client_id__startswith="demo-").exists()
    installed(tmp_path)
    people_of_the_demo = Account.objects.filter(is_active=True).exclude(first_name="Service")
    assert people_of_the_demo.count() == len(demo["accounts"])


def test_somebody_elses_account_is_not_taken_over(population: None, tmp_path: Path) -> None:
    people.account("demo.admin", "Real", "Administrator")
    with pytest.raises(NotTheDemos):
        installed(tmp_path)
    assert not (tmp_path / "demo.json").exists()


def test_other_peoples_patients_get_no_demo(practice: None, tmp_path: Path) -> None:
    Content.objects.filter(resource_id="142859").delete()
    with pytest.raises(NotADemoDatabase):
        installed(tmp_path)
    assert not may_generate()


@pytest.mark.parametrize("asked", [2, 3, 5, 7])
def test_an_interrupted_generation_is_completed_whatever_number_is_asked_for(asked: int) -> None:
    """Six were wanted, the first and the fifth had been written."""
    load(practice(1))
    for index in (0, 4):
        load(record(1, index))
    assert not is_generated()
    assert may_generate()
    generate_missing(asked, lambda detail: None)
    assert is_generated()
    stored = {each.id for each in patients()}
    assert stored == {str(FIRST_ID + index) for index in range(max(asked, 5))}
    assert members() == stored


def members() -> set[str]:
    group = Content.objects.get(resource_id=GROUP_ID).content
    return {each["entity"]["reference"].split("/")[1] for each in json.loads(group)["member"]}


def test_a_patient_who_only_has_a_number_like_ours_is_somebody_elses(population: None) -> None:
    Content.objects.filter(resource_type="Group").delete()
    load([people.patient(str(FIRST_ID + 2), "Real", "Person", "77", "1990-01-01")])
    assert not may_generate()


def test_two_more_patients_can_be_signed_in_as_where_there_are_enough(demo: dict[str, Any]) -> None:
    known = [Person(each["id"], "A", "B", each["mrn"], each["birth_date"], "", "")
             for each in demo["patients"]]  # fmt: skip
    more = [Person(f"x{n}", "A", "B", f"x{n}", f"19{n + 30}-01-01", "", "") for n in range(14)]
    added = [each for each in roles([*known, *more]) if each.username.startswith("sandbox.")]
    assert [each.name for each in added] == ["many_labs", "eldest"]
    assert not {each.record for each in added} & {*known[:10]}
    assert added[0].record != added[1].record


def sandbox(known: list[Person]) -> dict[str, str]:
    chosen = [each for each in roles(known) if each.username.startswith("sandbox.")]
    return {each.name: each.record.id for each in chosen if each.record}


@pytest.fixture
def many(population: None) -> list[Person]:
    more = [
        Person(f"m{number}", "Ann", f"One{number}", f"77{number:02}", "1950-01-01", "", "")
        for number in range(20)
    ]
    return [*patients(), *more]


def test_whose_record_is_somebodys_already_is_not_for_the_sandbox(many: list[Person]) -> None:
    assert not set(sandbox(many[::-1]).values()) & {each.id for each in patients()}
    taken = sandbox(many)["eldest"]
    somebody = people.account("somebody", "Some", "Body", wants_patient=True)
    RecordLink.objects.create(
        account=somebody, resource_type="Patient", resource_id=taken, method="matched"
    )
    assert taken not in sandbox(many).values()


def test_whoever_was_chosen_for_the_sandbox_stays(many: list[Person]) -> None:
    chosen = many[15]
    account = people.account("sandbox.elder", "El", "Der", wants_patient=True)
    RecordLink.objects.create(
        account=account, resource_type="Patient", resource_id=chosen.id, method="demo"
    )
    assert sandbox(many)["eldest"] == chosen.id


def test_patients_come_in_the_order_they_were_made_up(population: None) -> None:
    load([record(1, index)[0] for index in (4, 3)])
    ids = [int(each.id) for each in patients()]
    assert ids == sorted(ids)
