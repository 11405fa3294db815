"""Access keys: what may be made, by whom, and what the trail says of it."""

import re
from datetime import date

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessKey, RecordLink
from fhirapi.smart.people import keys, links, patients
from fhirapi.smart.people.keys import KeyStatus, NoRecordLink, PatientsNotYours, ValidityReversed
from tests import people
from tests.api import Api, ids
from tests.people import Person, make_key


def test_a_key_has_sixteen_hex_digits_and_a_secret_that_can_be_shown_again(
    rebecca: Person,
) -> None:
    assert re.fullmatch(r"[0-9A-F]{16}", rebecca.key.access_key_id)
    assert rebecca.secret == rebecca.secret
    assert len(rebecca.secret) == 40
    assert rebecca.secret not in rebecca.key.secret_encrypted


def test_showing_the_secret_leaves_an_audit_record(rebecca: Person) -> None:
    keys.reveal_secret(rebecca.key, address="127.0.0.1")
    written = AuditRecord.objects.get(action="key-reveal")
    assert (written.account_id, written.client_id) == (
        rebecca.account.pk,
        rebecca.key.access_key_id,
    )


@pytest.mark.parametrize("wanted", [[], ["142860"], ["142859", "142860"], ["nobody"]])
def test_a_patients_key_opens_the_own_record_only(rebecca: Person, wanted: list[str]) -> None:
    with pytest.raises(PatientsNotYours):
        make_key(rebecca, wanted)


def test_a_providers_key_opens_patients_under_care_only(dr_grey: Person) -> None:
    make_key(dr_grey, ["142859", "142860"])
    with pytest.raises(PatientsNotYours):
        make_key(dr_grey, ["142859", "7"])


def test_an_account_without_a_record_makes_no_key(practice: None) -> None:
    account = people.account("nobody", "No", "Body", wants_patient=True)
    with pytest.raises(NoRecordLink):
        make_key(Person(account, "142859"), ["142859"])
    assert not AccessKey.objects.exists()


def test_valid_to_may_not_lie_before_valid_from(rebecca: Person) -> None:
    with pytest.raises(ValidityReversed):
        make_key(rebecca, ["142859"], valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1))


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2026, 1, 31), KeyStatus.NOT_YET_VALID),
        (date(2026, 2, 1), KeyStatus.ACTIVE),
        (date(2026, 2, 28), KeyStatus.ACTIVE),
        (date(2026, 3, 1), KeyStatus.EXPIRED),
    ],
)
def test_status_follows_the_days(rebecca: Person, today: date, status: KeyStatus) -> None:
    key = make_key(rebecca, ["142859"], valid_from=date(2026, 2, 1), valid_to=date(2026, 2, 28))
    assert keys.status(key, today) is status


@pytest.mark.parametrize(
    "text", ["reb", "LARSON", "rebecca lar", "9999094", "04/12/1978", "4/12", "1978"]
)
def test_a_provider_finds_patients_by_name_mrn_and_birth_date(dr_grey: Person, text: str) -> None:
    [found] = patients.search(dr_grey.account, text)
    assert found.chip == "Rebecca Larson - 9999094"


@pytest.mark.parametrize("text", ["nunez", "9999100", "%", "_", "\\", "arson"])
def test_a_provider_does_not_find_other_doctors_patients_or_wild_cards(
    dr_grey: Person, text: str
) -> None:
    assert patients.search(dr_grey.account, text) == []


def test_an_empty_search_lists_patients_under_care(dr_grey: Person) -> None:
    assert [each.id for each in patients.search(dr_grey.account, "")] == ["142859", "142860"]


def test_an_unlinked_account_sees_nobody(practice: None) -> None:
    account = people.account("nobody", "No", "Body", wants_provider=True)
    assert patients.search(account, "") == []
    assert patients.may_see(account, ["142859"]) == set()
    assert patients.own_patient_id(account) is None


def test_a_key_of_the_own_record_can_open_patients_under_care_instead(
    api: Api, dr_grey: Person
) -> None:
    links.link(dr_grey.account, "Patient", "7", method=RecordLink.Method.DEMO)
    key = make_key(dr_grey, ["7"])
    assert api.as_(key).answer["scope"].startswith("patient/")
    keys.choose_patients(key, ["7", "142859"])
    assert set(ids(api.as_(key).get("Patient"))) == {"7", "142859"}
