"""The practice of the documentation's examples: the demo's, made of the same seed."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.test import Client

from fhirapi.smart.clients import clients, provider_access
from fhirapi.smart.models import AccessKey
from fhirapi.smart.models import Client as App
from fhirapi.smart.people import keys
from fhirapi.smart.tokens import backend_access
from fhirapi.store.load import load
from fhirapi.synthetic.concepts import ROLE_CODE, concept
from fhirapi.synthetic.population import practice, practitioner_of, record
from portal.documentation.examples.example import WHO
from tests import people
from tests.api import Api, Session
from tests.smart import flow
from tests.smart.apps import CALLBACK
from tests.smart.apps import app as registered
from tests.smart.services import ask, service

SEED = 1  # the demo's (qsmartcare/demo/population.py)
REBECCA, JOHN = "142859", "142860"
USER_SCOPE = f"{flow.SCOPE} user/*.rs"


@dataclass
class World:
    """Who asks, with the variables that each has in their shell."""

    resources: list[dict[str, Any]] = field(default_factory=list)
    """What is stored of the practice, Rebecca and John."""

    @classmethod
    def made(cls) -> "World":
        made = [*practice(SEED), *record(SEED, 0), *record(SEED, 1)]
        load(made)
        members = [{"entity": {"reference": f"Patient/{each}"}} for each in (REBECCA, JOHN)]
        group = {"resourceType": "Group", "id": "demo-group", "active": True, "type": "person",
                 "actual": True, "name": "All patients of the demo", "quantity": 2,
                 "member": members}  # fmt: skip
        mother = {"resourceType": "RelatedPerson", "id": f"{REBECCA}-mother", "active": True,
                  "patient": {"reference": f"Patient/{REBECCA}"},
                  "relationship": [concept(ROLE_CODE, "MTH", "mother")],
                  "name": [{"family": "Larson", "given": ["Helen"]}], "gender": "female",
                  "birthDate": "1952-08-30"}  # fmt: skip
        load([group, mother])
        world = cls([*made, group, mother])
        for who in WHO:  # now: what an example makes is gone after it
            world.variables(who)
        return world

    def of_type(self, name: str) -> list[dict[str, Any]]:
        return [each for each in self.resources if each["resourceType"] == name]

    @cached_property
    def session(self) -> Session:
        """Of the backend service, which may read all of it."""
        return Session(Client(), {"access_token": self._of_services["service"]})

    def variables(self, who: str) -> dict[str, str]:
        """Those of a new example: a code works once, as does an assertion."""
        if who == "app":
            code = flow.code(self._app, self._rebecca)
            return {**self._of_app, "CODE": code, "CODE_VERIFIER": flow.VERIFIER}
        if who in ("service", "partner"):
            made = self._service if who == "service" else self._partner
            return {"CLIENT_ID": made.id, "CLIENT_ASSERTION": made.assertion(),
                    "ACCESS_TOKEN": self._of_services[who]}  # fmt: skip
        return {} if who == "nobody" else self._of_keys[who]

    @cached_property
    def _rebecca(self) -> people.Person:
        return people.linked_patient("rebecca.larson", "Rebecca", "Larson", REBECCA)

    @cached_property
    def _of_keys(self) -> dict[str, dict[str, str]]:
        doctor = people.linked_doctor("emily.carter", "Carter", practitioner_of(SEED, 0))
        writing = people.writing_key(doctor, patient_ids=[REBECCA, JOHN])
        made = {
            "patient": self._rebecca.key,
            "provider": people.make_key(doctor, [REBECCA, JOHN]),
            "writer": writing,
        }
        return {who: _of_key(key) for who, key in made.items()}

    @cached_property
    def _app(self) -> flow.App:
        scopes = tuple(USER_SCOPE.split())
        client = registered(None, App.Kind.SYMMETRIC, scopes=scopes)
        return flow.App(client, clients.new_secret(client, by=None))

    @cached_property
    def _of_app(self) -> dict[str, str]:
        answer = self._app.exchange(flow.code(self._app, self._rebecca)).json()
        return {
            "CLIENT_ID": self._app.id,
            "CLIENT_SECRET": self._app.secret,
            "REDIRECT_URI": CALLBACK,
            "ACCESS_TOKEN": answer["access_token"],
            "REFRESH_TOKEN": answer["refresh_token"],
        }

    @cached_property
    def _service(self) -> flow.App:
        made = service()
        backend_access.approve(made.client, by=None)
        return made

    @cached_property
    def _partner(self) -> flow.App:
        made = service(scopes=("system/*.rs", "system/*.cruds"))
        provider_access.approve(made.client, by=None, note="Of the examples.")
        backend_access.approve(made.client, by=None)
        return made

    @cached_property
    def _of_services(self) -> dict[str, str]:
        asked = {
            "service": ask(self._service),
            "partner": ask(self._partner, "system/*.rs system/*.cruds"),
        }
        return {who: each.json()["access_token"] for who, each in asked.items()}


def _of_key(key: AccessKey) -> dict[str, str]:
    answer = Api().exchange(key).json()
    return {
        "ACCESS_KEY_ID": key.access_key_id,
        "SECRET_ACCESS_KEY": keys.reveal_secret(key),
        "ACCESS_TOKEN": answer["access_token"],
        "REFRESH_TOKEN": answer["refresh_token"],
    }
