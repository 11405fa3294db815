"""Whatever let somebody write: when it ends, writing ends with the next request."""

from datetime import date

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.outcomes import Outcome
from fhirapi.smart.models import AccessKey, RecordLink, TeamMember
from fhirapi.smart.people import keys, links, team
from fhirapi.store.read import TokenRefused
from fhirapi.writing.change import Create, Writer
from fhirapi.writing.perform import perform
from portal.accounts.approval import withdraw_approval
from tests import people
from tests.api import Api, Session
from tests.people import Person, make_key
from tests.portal.ui.browser import approve
from tests.smart.access import writing
from tests.smart.access.writing import resource_of, type_of


def writes(writer: Writer, patient: str = "142859") -> bool:
    made = resource_of("Observation", "x", patient, "laboratory")
    try:
        perform(writer, [Create(resource_type=type_of("Observation"), resource=made)])
    except (Outcome, TokenRefused):
        return False
    return True


def writer_of(api: Api, key: AccessKey) -> Writer:
    return writing.writer_of(api.as_(key))


@pytest.fixture
def key(dr_grey: Person) -> AccessKey:
    return make_key(dr_grey, ["142859", "142860"], may_write=True)


@pytest.fixture
def writer(api: Api, key: AccessKey) -> Writer:
    made = writer_of(api, key)
    assert writes(made)
    return made


def test_a_key_that_may_write_says_so_in_the_scope_of_its_tokens(api: Api, key: AccessKey) -> None:
    assert api.exchange(key).json()["scope"] == "user/*.cruds offline_access"
    created = AuditRecord.objects.get(action="key-create")
    assert created.detail == "may write"


def test_of_its_own_patients_it_writes_those_it_names(api: Api, dr_grey: Person) -> None:
    narrow = writer_of(api, make_key(dr_grey, ["142860"], may_write=True))
    assert writes(narrow, "142860")
    assert not writes(narrow, "142859")


def test_with_the_link(writer: Writer, dr_grey: Person) -> None:
    links.unlink(dr_grey.account, "Practitioner", by=None)
    assert not writes(writer)


def test_with_the_approval_of_the_provider(writer: Writer, dr_grey: Person) -> None:
    withdraw_approval(approve(dr_grey.account), by=dr_grey.account)
    assert not writes(writer)


def test_with_the_account(writer: Writer, dr_grey: Person) -> None:
    dr_grey.account.is_active = False
    dr_grey.account.save()
    assert not writes(writer)


def test_with_the_days_of_the_key(writer: Writer, key: AccessKey) -> None:
    keys.set_validity(key, date(2020, 1, 1), date(2020, 12, 31))
    assert not writes(writer)


def test_with_the_key(writer: Writer, key: AccessKey) -> None:
    keys.set_active(key, False)
    assert not writes(writer)


def test_when_the_key_only_reads_again_and_reading_goes_on(
    api: Api, writer: Writer, key: AccessKey
) -> None:
    session = api.as_(key)
    keys.set_may_write(key, False)
    assert not writes(writer)
    assert session.get("Patient/142859").status_code == 200
    assert api.exchange(key).json()["scope"] == "user/*.rs offline_access"
    assert AuditRecord.objects.get(action="key-change").detail == "may not write any more"


def test_when_the_patient_is_taken_off_the_key(writer: Writer, key: AccessKey) -> None:
    keys.choose_patients(key, ["142860"])
    assert not writes(writer)
    assert writes(writer, "142860")
    key.data_access_grant.refresh_from_db()
    assert key.data_access_grant.scope == keys.WRITING_SCOPE


def test_widened_its_tokens_write_once_they_are_renewed(api: Api, dr_grey: Person) -> None:
    key = make_key(dr_grey, ["142859"])
    session = api.as_(key)
    keys.set_may_write(key, True)
    assert not writes(writing.writer_of(session))
    renewed = api.ask_token(
        grant_type="refresh_token", refresh_token=session.answer["refresh_token"],
        Client_ID=key.access_key_id, Client_secret=keys.reveal_secret(key),
    )  # fmt: skip
    assert writes(writing.writer_of(Session(api.http, renewed.json())))


def test_a_doctor_does_not_write_her_own_record_with_a_key_for_it(
    api: Api, dr_strange: Person
) -> None:
    links.link(dr_strange.account, "Patient", "142859", method=RecordLink.Method.DEMO)
    key = make_key(dr_strange, ["142859"], may_write=True)
    assert key.data_access_grant.scope == keys.WRITING_SCOPE
    assert api.as_(key).get("Patient/142859").status_code == 200
    assert not writes(writer_of(api, key))


def test_a_doctor_who_treats_herself_does(api: Api, dr_grey: Person) -> None:
    links.link(dr_grey.account, "Patient", "142859", method=RecordLink.Method.DEMO)
    assert writes(writer_of(api, make_key(dr_grey, ["142859"], may_write=True)))


def test_a_patient_has_no_key_that_may_write(rebecca: Person) -> None:
    with pytest.raises(keys.TreatsNobody):
        make_key(rebecca, ["142859"], may_write=True)
    with pytest.raises(keys.TreatsNobody):
        keys.set_may_write(rebecca.key, True)
    rebecca.key.refresh_from_db()
    assert not rebecca.key.may_write


# --- Staff -----------------------------------------------------------------------------------


def member_of(doctor: Person, role: str) -> TeamMember:
    """Noa, who is John as a patient too."""
    noa = people.account("noa", "Noa", "Staff", wants_provider=True)
    links.link(noa, "Patient", "142860", method=RecordLink.Method.DEMO)
    lead = team.led_by(doctor.account)
    assert lead
    return team.join(lead, noa, role, by_id=None, address=None)


def test_staff_make_keys_that_may_write_only_as_managers(api: Api, dr_grey: Person) -> None:
    member = member_of(dr_grey, "clinical")
    noa = Person(member.account, "")
    assert not keys.may_let_write(noa.account)
    with pytest.raises(keys.TreatsNobody):
        make_key(noa, ["142860"], may_write=True)
    team.change_role(member, "manager", by=dr_grey.account, address=None)
    assert writes(writer_of(api, make_key(noa, ["142859"], may_write=True)))


@pytest.mark.parametrize("patient", ["142859", "142860"])
@pytest.mark.parametrize("role", ["", "clinical"])
def test_with_the_membership_or_the_role(
    api: Api, dr_grey: Person, role: str, patient: str
) -> None:
    member = member_of(dr_grey, "manager")
    writer = writer_of(api, make_key(Person(member.account, ""), [patient], may_write=True))
    assert writes(writer, patient)
    if role:
        team.change_role(member, role, by=dr_grey.account, address=None)
    else:
        team.end(member, by=dr_grey.account, address=None)
    assert not writes(writer, patient)
    assert not AccessKey.objects.filter(is_active=True, may_write=True).exists()
