"""The trail as FHIR AuditEvents: who may ask for whose, and what they are told of whom."""

from base64 import b64decode
from typing import Any

import pytest

from fhirapi.audit.entry import Entry
from fhirapi.audit.models import AuditRecord
from fhirapi.audit.trail import Trail
from fhirapi.validation.check import check
from tests import people
from tests.api import Api, Session, diagnostics, ids
from tests.people import Person

REBECCA, JOHN = "142859", "142860"
PULSE = people.observation("o", REBECCA)


def wrote(action: str = "read", *, by: Person | None = None, app: str | None = "an-app",
          whose: str = f"{{{REBECCA}}}", **more: Any) -> str:  # fmt: skip
    """A record of the trail; its id."""
    account_id = by.account.pk if by else None
    Trail().write(Entry(action, more.pop("outcome", "success"), account_id, app,
                        patient_ids=whose, address="10.0.0.7", **more))  # fmt: skip
    return str(AuditRecord.objects.latest("id").pk)


@pytest.fixture
def rebeccas(api: Api, rebecca: Person) -> Session:
    api.has(PULSE)
    return api.as_(rebecca.key)


@pytest.fixture
def greys(api: Api, dr_grey: Person) -> Session:
    return api.as_(people.make_key(dr_grey, [REBECCA, JOHN]))


def events(session: Session, **query: str) -> list[dict[str, Any]]:
    answer = session.get("AuditEvent", query)
    assert answer.status_code == 200, answer.content
    return [each["resource"] for each in answer.json().get("entry", [])]


def agents(event: dict[str, Any]) -> list[str]:
    return [each["who"]["display"] for each in event["agent"]]


def test_a_patient_sees_who_read_their_record_and_through_what(rebeccas: Session, dr_grey: Person):
    wrote(by=dr_grey, resource_type="Observation", resource_id="o")
    event = events(rebeccas)[0]
    assert (event["action"], event["outcome"]) == ("R", "0")
    assert agents(event) == ["The portal", "Ada Grey"]
    assert event["agent"][1]["who"]["reference"] == "Practitioner/dr-grey"
    assert event["agent"][1]["role"] == [{"text": "Provider"}]
    assert [each["what"]["reference"] for each in event["entity"]] == [
        f"Patient/{REBECCA}", "Observation/o",
    ]  # fmt: skip
    assert "network" not in event["agent"][0]


def test_where_from_is_told_of_ones_own_doings_only(rebeccas: Session, rebecca: Person):
    wrote(by=rebecca)
    [agent, _] = events(rebeccas)[0]["agent"]
    assert agent["network"] == {"address": "10.0.0.7", "type": "2"}
    assert [agent["requestor"], _["requestor"]] == [True, False]


def test_whatever_was_recorded_is_a_valid_event(rebeccas: Session, rebecca: Person):
    for action in AuditRecord.Action.values:
        for app in ("an-app", None):
            wrote(action, app=app, resource_type="Observation", detail="code", outcome="denied")
            wrote(action, app=app, by=rebecca)
    found = events(rebeccas, _count="1000")
    assert len(found) > 4 * len(AuditRecord.Action)
    assert [each for each in found if check(each)] == []


def test_of_a_search_the_parameters_are_told_and_no_values(rebeccas: Session):
    rebeccas.get("Observation", {"patient": REBECCA, "code": "8867-4"})
    [query] = [each for each in events(rebeccas)[0]["entity"] if "query" in each]
    assert b64decode(query["query"]).startswith(b"Observation?")
    assert b"8867-4" not in b64decode(query["query"])


def test_nobody_sees_events_of_a_record_that_the_token_does_not_open(rebeccas: Session):
    other = wrote(whose=f"{{{JOHN}}}")
    assert events(rebeccas, patient=JOHN) == []
    assert other not in {each["id"] for each in events(rebeccas)}
    assert rebeccas.get(f"AuditEvent/{other}").status_code == 404


def test_nor_who_else_the_same_event_was_about(rebeccas: Session):
    wrote("search", whose=f"{{{REBECCA},{JOHN}}}", resource_type="Group", resource_id="g")
    event = events(rebeccas)[0]
    assert JOHN not in str(event)
    assert "Group/g" not in str(event)


def test_a_doctor_sees_events_of_patients_in_her_care_but_not_which_apps_they_use(
    greys: Session, rebecca: Person, dr_grey: Person
):
    wrote(by=dr_grey, app=None)
    wrote(by=rebecca, app="a-diary")
    theirs, own = events(greys, patient=REBECCA)[:2]
    assert agents(own) == ["Ada Grey"]
    assert agents(theirs) == [
        "An app or access key of theirs", "The patient, or somebody who acts for them",
    ]  # fmt: skip
    assert "a-diary" not in str(theirs)
    guessed = {"patient": REBECCA, "agent:identifier": "a-diary"}
    assert events(greys, **guessed) == []
    assert events(greys, patient=REBECCA, agent=f"Patient/{REBECCA}") == []


def test_a_doctor_of_others_sees_none(api: Api, dr_strange: Person):
    wrote()
    session = api.as_(people.make_key(dr_strange, ["7"]))
    assert events(session, patient=REBECCA) == []


def test_a_key_of_several_patients_has_to_say_whose(greys: Session):
    answer = greys.get("AuditEvent")
    assert answer.status_code == 400
    assert "patient" in diagnostics(answer)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"action": "R"}, 1), ({"action": "D,R"}, 2), ({"action": "C"}, 0), ({"action": "X"}, 0),
        ({"outcome": "4"}, 1),
        ({"agent": "Practitioner/dr-grey"}, 1), ({"agent": "Practitioner/dr-strange"}, 0),
        ({"agent": "dr-grey"}, 1), ({"entity": "o"}, 1),
        ({"agent:identifier": "an-app"}, 2), ({"agent:identifier": "another"}, 0),
        ({"date": "ge2020-01-01", "action": "R"}, 1), ({"date": "lt2020-01-01"}, 0),
        ({"entity": "Observation/o"}, 1), ({"entity": "Observation/p"}, 0),
        ({"patient": f"Patient/{REBECCA}", "action": "R"}, 1),
        ({"patient": REBECCA, "action": "R", "_sort": "-date"}, 1),
    ],
)  # fmt: skip
def test_events_are_searched(rebeccas: Session, dr_grey: Person, query: Any, count: int):
    wrote(by=dr_grey, resource_type="Observation", resource_id="o")
    wrote("delete", outcome="denied")
    assert len(events(rebeccas, **query)) == count


@pytest.mark.parametrize(
    "query",
    [{"date": "yesterday"}, {"agent": "App/1"}, {"entity": "Unicorn/o"}, {"_count": "0"},
     {"patient": "Group/1"}, {"patient": ","}, {"_sort": "date"}, {"_page": "made-up"},
     {"patient": ",".join(map(str, range(101)))}],
)  # fmt: skip
def test_what_cannot_be_read_is_said(rebeccas: Session, query: Any):
    assert rebeccas.get("AuditEvent", query).status_code == 400


def test_what_is_not_known_is_ignored_and_said_or_refused(rebeccas: Session):
    answer = rebeccas.get("AuditEvent", {"altid": "x"})
    assert answer.json()["entry"][-1]["search"]["mode"] == "outcome"
    strict = rebeccas.get("AuditEvent", {"altid": "x"}, Prefer="handling=strict")
    assert strict.status_code == 400


def test_pages_lead_on_and_leave_nothing_out(rebeccas: Session):
    written = [wrote("delete") for _ in range(5)]
    found: list[str] = []
    address = "AuditEvent?action=D&_count=2"
    while address:
        page = rebeccas.get(address)
        found += ids(page)
        links = {each["relation"]: each["url"] for each in page.json()["link"]}
        address = links.get("next", "").partition("/R4-patient-api/")[2]
    assert found == written[::-1]


def test_an_event_is_read_by_its_id(rebeccas: Session):
    known = wrote("delete")
    assert rebeccas.get(f"AuditEvent/{known}").json()["action"] == "D"
    for unknown in ("9999999999", "abc", "9" * 40):
        assert rebeccas.get(f"AuditEvent/{unknown}").status_code == 404


def test_asking_is_recorded_as_well(rebeccas: Session):
    rebeccas.get("AuditEvent", {"action": "R"})
    made = AuditRecord.objects.latest("id")
    assert (made.action, made.resource_type, made.detail) == ("search", "AuditEvent", "action")
    assert made.patient_ids == [REBECCA]
    assert events(rebeccas)[0]["id"] == str(made.pk)


def test_a_token_without_the_scope_is_refused(api: Api, rebecca: Person):
    people.narrow(rebecca, "patient/Observation.rs")
    session = api.as_(rebecca.key)
    assert session.get("AuditEvent").status_code == 403
    assert session.get("AuditEvent/1").status_code == 403


def test_a_scope_can_be_narrowed(api: Api, rebecca: Person):
    people.narrow(rebecca, "patient/AuditEvent.rs?action=D")
    session = api.as_(rebecca.key)
    other, known = wrote("read"), wrote("delete")
    assert [each["id"] for each in events(session)] == [known]
    assert session.get(f"AuditEvent/{other}").status_code == 404


def test_a_token_that_ended_opens_nothing(rebeccas: Session, rebecca: Person):
    rebecca.key.is_active = False
    rebecca.key.save()
    assert rebeccas.get("AuditEvent").status_code == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_writes_events(greys: Session, method: str):
    address = "AuditEvent" if method == "POST" else "AuditEvent/1"
    event = {"resourceType": "AuditEvent", "id": "1"}
    assert greys.send(method, address, event).status_code == 405


def test_nor_within_a_transaction(api: Api, dr_grey: Person):
    session = api.as_(people.writing_key(dr_grey))
    entry = {
        "resource": {"resourceType": "AuditEvent"},
        "request": {"method": "POST", "url": "AuditEvent"},
    }
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert session.send("POST", "", bundle).status_code in (400, 404)


@pytest.mark.parametrize(
    "address", [f"Patient/{REBECCA}/AuditEvent", "AuditEvent/", "AuditEvent/_search"]
)
def test_the_other_addresses_of_the_search_answer_too(rebeccas: Session, address: str):
    known = wrote("delete")
    answer = (
        rebeccas.post(address, {"action": "D"})
        if address.endswith("_search")
        else rebeccas.get(address, {"action": "D"})
    )
    assert ids(answer) == [known]


def test_it_is_announced_as_what_can_be_read_and_searched(api: Api, practice: None):
    [rest] = api.http.get("/R4-patient-api/metadata").json()["rest"]
    [told] = [each for each in rest["resource"] if each["type"] == "AuditEvent"]
    assert [each["code"] for each in told["interaction"]] == ["read", "search-type"]
    assert {"patient", "date", "action", "agent"} <= {each["name"] for each in told["searchParam"]}
    described = api.http.get("/R4-patient-api/openapi.json").json()
    assert "get" in described["paths"]["/AuditEvent/{id}"]
