"""Writers of any kind, and what each may write: said once more in plain Python.

The oracle knows nothing of the product: scopes are text, resources are dictionaries.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import RequestFactory

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.rest.view import authenticated
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RecordLink
from fhirapi.smart.people import links
from fhirapi.smart.secrets import token_checksum
from fhirapi.store.load import load
from fhirapi.store.models import Content
from fhirapi.writing.change import Create, Delete, Update, Writer
from tests import people
from tests.api import Session
from tests.people import Person
from tests.smart.access_oracle import Token, opens
from tests.smart.small_practice import CONDITION, OBSERVED, Resource, whole_practice

Change = Create | Update | Delete
PATIENT_TYPES = ("Observation", "Condition")
_LETTERS = {"create": "c", "update": "u", "delete": "d"}


@dataclass(frozen=True)
class Asks:
    """An app's token: who approved it, what, of whom, and whether its partner was approved."""

    who: str
    scope: str
    patient: str | None
    patient_ids: tuple[str, ...] | None
    is_partner: bool


@dataclass(frozen=True)
class Oracle:
    asks: Asks
    treated: frozenset[str]
    """By the account; nobody, where it is a patient's or a guardian's."""
    treats: bool

    def may(self, letter: str, resource: Resource | None) -> bool:
        """Whether it is the token's to write. None: nothing stands there, which harms nobody."""
        if resource is None:
            return True
        if not (self.asks.is_partner and self.treats):
            return False
        named = self.asks.patient_ids
        words = [each for each in self.asks.scope.split() if not each.startswith("patient/")]
        seen = self.treated if named is None else self.treated & set(named)
        return opens(Token(" ".join(words), None, frozenset(seen)), resource, letter, whole=False)


@dataclass
class Practice:
    """Who is who: a doctor, a colleague, one who is a patient of hers, one who is a mother."""

    everybody: dict[str, Person]
    treated: dict[str, frozenset[str]] = field(
        default_factory=lambda: {
            "rebecca": frozenset(),
            "guardian": frozenset(),
            "grey": frozenset({"142859", "142860"}),
            "strange": frozenset({"7"}),
            "doctor-and-patient": frozenset({"7"}),  # is patient 142860
            "doctor-and-mother": frozenset({"7"}),  # of 142859
            "practice": frozenset({"142859", "142860", "7"}),
        }
    )

    def oracle(self, asks: Asks) -> Oracle:
        return Oracle(asks, self.treated[asks.who], bool(self.treated[asks.who]))


def practice(rebecca: Person, grey: Person, strange: Person) -> Practice:
    load([_related("grace-of-142860", "142860"), _related("mother-of-142859", "142859")])
    guardian = people.account("grace", "Grace", "Miller", wants_patient=True)
    links.link(guardian, "RelatedPerson", "grace-of-142860", method=RecordLink.Method.DEMO)
    patient = people.linked_doctor("herself", "Strange", "dr-strange")
    links.link(patient.account, "Patient", "142860", method=RecordLink.Method.DEMO)
    mother = people.linked_doctor("mother", "Strange", "dr-strange")
    links.link(mother.account, "RelatedPerson", "mother-of-142859", method=RecordLink.Method.DEMO)
    return Practice(
        {
            "rebecca": rebecca, "guardian": Person(guardian, ""), "grey": grey, "strange": strange,
            "doctor-and-patient": patient, "doctor-and-mother": mother,
            "practice": whole_practice(),
        }
    )  # fmt: skip


def _related(resource_id: str, patient_id: str) -> Resource:
    patient = {"reference": f"Patient/{patient_id}"}
    return {"resourceType": "RelatedPerson", "id": resource_id, "patient": patient}


def writer_of(session: Session) -> Writer:
    bearer = {"authorization": f"Bearer {session.token}"}
    caller, claims = authenticated(RequestFactory().get("/", headers=bearer))
    return Writer(caller, claims.access)


def client_of(session: Session) -> Client:
    grant = grant_of(session)
    found: Client = grant.client
    return found


def grant_of(session: Session) -> DataAccessGrant:
    token = AccessToken.objects.select_related("data_access_grant__client").get(
        token_checksum=token_checksum(session.token)
    )
    found: DataAccessGrant | None = token.data_access_grant
    assert found
    return found


def resource_of(kind: str, name: str, patient: str, category: str) -> Resource:
    if kind == "Location":
        return {"resourceType": kind, "id": name, "name": "Room", "status": "active"}
    made: dict[str, Any] = {
        "resourceType": kind,
        "id": name,
        "code": {"text": "made up"},
        "subject": {"reference": f"Patient/{patient}"},
    }
    system = OBSERVED if kind == "Observation" else CONDITION
    if kind == "Observation":
        made["status"] = "final"
    if category:
        made["category"] = [{"coding": [{"system": system, "code": category}]}]
    return made


def type_of(name: str) -> ResourceType:
    found = registry.find(name)
    assert found
    return found


def stored() -> dict[tuple[str, str], Resource]:
    """Everything that stands, by type and id, as it stands."""
    rows = Content.objects.filter(is_deleted=False)
    return {
        (kind, name): json.loads(content)
        for kind, name, content in rows.values_list("resource_type", "resource_id", "content")
    }


def letter_of(change: Change) -> str:
    return _LETTERS[change.interaction]
