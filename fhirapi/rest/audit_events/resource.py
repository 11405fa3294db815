"""An event as a resource. https://hl7.org/fhir/R4/auditevent.html"""

from base64 import b64encode
from datetime import UTC
from typing import Any

from django.conf import settings

from fhirapi.definitions import registry
from fhirapi.definitions.derived import AUDIT_EVENT
from fhirapi.rest.audit_events import coding
from fhirapi.rest.audit_events.coding import Action
from fhirapi.rest.audit_events.reading import Event

Json = dict[str, Any]

_PARTS = {"provider": "Provider", "staff": "Staff of the practice"}
_SOMEBODY = "The patient, or somebody who acts for them"
_SOME_APP = "An app or access key of theirs"
_GONE = "Somebody whose account is gone"
_A_KEY = "An access key"
_PORTAL = "The portal"
_IP = "2"  # https://hl7.org/fhir/R4/valueset-network-type.html


def audit_event(event: Event) -> Json:
    recorded = event.recorded.astimezone(UTC).isoformat(timespec="microseconds")
    recorded = recorded.replace("+00:00", "Z")
    return {
        "resourceType": AUDIT_EVENT.name,
        "id": str(event.id),
        "meta": {"lastUpdated": recorded},
        "type": coding.type_of(event.action),
        "subtype": [coding.subtype_of(event.action, settings.FHIR_BASE_URL)],
        "action": coding.letter_of(event.action),
        "recorded": recorded,
        "outcome": coding.OUTCOMES[event.outcome],
        "agent": _agents(event),
        "source": {
            "site": settings.BASE_URL,
            "observer": {"display": "QSmartCare"},
            "type": [coding.SERVER],
        },
        "entity": [*_patients(event), *_resource(event), *_query(event)],
    }


def _agents(event: Event) -> list[Json]:
    """Who started it comes first: the app, on behalf of the person whose token it has."""
    agents = [*_app(event), *_person(event)] or [_system()]
    agents[0] |= {"requestor": True}
    if event.is_own and event.address:
        agents[0] |= {"network": {"address": event.address, "type": _IP}}
    return agents


def _app(event: Event) -> list[Json]:
    if event.client_id is None:
        return []
    agent = {"type": {"coding": [coding.APPLICATION]}, "requestor": False}
    if not event.is_told:
        return [{**agent, "who": {"display": _SOME_APP}}]
    system = f"{settings.FHIR_BASE_URL}/oauth2"
    who: Json = {"identifier": {"system": system, "value": event.client_id}}
    if event.is_key:
        # Somebody else's key is named by nobody: its id is half of what it opens.
        who = who if event.is_own else {}
        return [{**agent, "who": {**who, "display": _A_KEY}}]
    return [{**agent, "who": {**who, "display": event.app or _PORTAL}}]


def _person(event: Event) -> list[Json]:
    if not event.has_person:
        return []
    who: Json = {"display": _name(event)}
    if event.is_told and event.practitioner:
        who["reference"] = f"Practitioner/{event.practitioner}"
    agent: Json = {"type": {"coding": [coding.PERSON]}, "who": who, "requestor": False}
    if event.part:
        agent["role"] = [{"text": _PARTS[event.part]}]
    return [agent]


def _name(event: Event) -> str:
    if not event.is_told:
        return _SOMEBODY
    return _GONE if event.person is None else event.person or "An account without a name"


def _system() -> Json:
    return {"who": {"display": "The system"}, "requestor": True}


def _patients(event: Event) -> list[Json]:
    return [
        {
            "what": {"reference": f"Patient/{each}"},
            "type": coding.OF_PERSON,
            "role": coding.PATIENT,
        }
        for each in event.patient_ids
    ]


def _resource(event: Event) -> list[Json]:
    """What was opened; not of events that were about others as well."""
    kind, resource_id = event.resource_type, event.resource_id
    is_one = kind and resource_id and event.is_of_these_only and kind != "Patient"
    if not is_one or registry.find_readable(kind or "") is None:
        return []
    return [
        {
            "what": {"reference": f"{kind}/{resource_id}"},
            "type": coding.OF_SYSTEM,
            "role": coding.DOMAIN,
        }
    ]


def _query(event: Event) -> list[Json]:
    """Which parameters a search had, without their values: those are kept nowhere."""
    if event.action != Action.SEARCH or not event.resource_type:
        return []
    told = event.resource_type + (f"?{event.detail}" if event.detail else "")
    query = b64encode(told.encode()).decode()
    return [{"type": coding.OF_SYSTEM, "role": coding.QUERY, "query": query}]
