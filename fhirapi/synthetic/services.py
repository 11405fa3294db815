"""What a practice offers to others: its FHIR endpoint, its services, its free appointments.

https://hl7.org/fhir/R4/endpoint.html, healthcareservice.html, schedule.html, slot.html
"""

from datetime import date, timedelta
from random import Random

from fhirapi.synthetic.catalogue_places import SITES, Site
from fhirapi.synthetic.concepts import (
    HL7,
    OURS,
    SNOMED,
    Element,
    Resource,
    coding,
    concept,
    reference,
)
from fhirapi.synthetic.moments import AS_OF, OPENED, instant, offset, weekday_from

_ADDRESS = "https://api.qsmartcare.example/R4-patient-api"
_FHIR = coding(f"{HL7}endpoint-connection-type", "hl7-fhir-rest", "HL7 FHIR")
_ANY = concept(f"{HL7}endpoint-payload-type", "any", "Any")
_FAMILY_PRACTICE = concept(SNOMED, "419772000", "Family practice")
_GENERAL = concept(f"{HL7}service-category", "17", "General Practice")
_ROUTINE = concept(f"{HL7}v2-0276", "ROUTINE", "Routine appointment")
_WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]
_OPEN_DAYS, _HOURS = 3, (9, 14)
_SLOT_MINUTES = 30


def endpoint_id(site: Site) -> str:
    return f"endpoint-{site.number}"


def service_id(site: Site) -> str:
    return f"service-{site.number}"


def resources(seed: int, doctors: dict[str, Element], sites: dict[str, Site]) -> list[Resource]:
    """``doctors``: how each is referred to, by Practitioner id; ``sites``: where each works."""
    dice = Random((seed << 40) - 2)
    found: list[Resource] = []
    for site in SITES:
        found += [_endpoint(site), _service(site)]
    for doctor, called in doctors.items():
        found += _calendar(dice, doctor, called, sites[doctor])
    return found


def _begun(type_: str, id_: str) -> Resource:
    meta = {"versionId": "1", "lastUpdated": OPENED}
    return {"resourceType": type_, "id": id_, "meta": meta}


def _endpoint(site: Site) -> Resource:
    return {
        **_begun("Endpoint", endpoint_id(site)),
        "identifier": [{"system": f"{OURS}endpoint", "value": endpoint_id(site)}],
        "status": "active",
        "connectionType": _FHIR,
        "name": f"FHIR R4 of {site.name}",
        "managingOrganization": reference(f"Organization/{site.organization_id}", site.name),
        "payloadType": [_ANY],
        "payloadMimeType": ["application/fhir+json"],
        "address": _ADDRESS,
    }


def _service(site: Site) -> Resource:
    return {
        **_begun("HealthcareService", service_id(site)),
        "identifier": [{"system": f"{OURS}service", "value": service_id(site)}],
        "active": True,
        "providedBy": reference(f"Organization/{site.organization_id}", site.name),
        "category": [_GENERAL],
        "type": [_FAMILY_PRACTICE],
        "specialty": [_FAMILY_PRACTICE],
        "location": [reference(f"Location/{site.location_id}", site.name)],
        "name": f"Primary care at {site.name}",
        "telecom": [{"system": "phone", "value": f"{site.area_code}-555-0100", "use": "work"}],
        "appointmentRequired": True,
        "availableTime": [
            {
                "daysOfWeek": _WEEKDAYS,
                "availableStartTime": "08:00:00",
                "availableEndTime": "17:00:00",
            }
        ],
        "endpoint": [reference(f"Endpoint/{endpoint_id(site)}")],
    }


def _calendar(dice: Random, doctor: str, called: Element, site: Site) -> list[Resource]:
    """A Schedule and its Slots: on some days after the data's own today."""
    days = [weekday_from(AS_OF + timedelta(1))]
    while len(days) < _OPEN_DAYS:
        days.append(weekday_from(days[-1] + timedelta(1)))
    schedule: Resource = {
        **_begun("Schedule", f"schedule-{doctor}"),
        "identifier": [{"system": f"{OURS}schedule", "value": f"schedule-{doctor}"}],
        "active": True,
        "serviceCategory": [_GENERAL],
        "serviceType": [_FAMILY_PRACTICE],
        "specialty": [_FAMILY_PRACTICE],
        "actor": [
            called,
            reference(f"Location/{site.location_id}", site.name),
            reference(f"HealthcareService/{service_id(site)}"),
        ],
        "planningHorizon": {"start": days[0].isoformat(), "end": days[-1].isoformat()},
    }
    slots = [_slot(dice, doctor, site, day, hour) for day in days for hour in _HOURS]
    return [schedule, *slots]


def _slot(dice: Random, doctor: str, site: Site, day: date, hour: int) -> Resource:
    zone = offset(day, site.standard_hours, has_summer_time=site.has_summer_time)
    return {
        **_begun("Slot", f"slot-{doctor}-{day:%m%d}-{hour:02}"),
        "serviceCategory": [_GENERAL],
        "serviceType": [_FAMILY_PRACTICE],
        "appointmentType": _ROUTINE,
        "schedule": reference(f"Schedule/schedule-{doctor}"),
        "status": dice.choice(("free", "free", "busy")),
        "start": instant(day, hour * 60, zone),
        "end": instant(day, hour * 60 + _SLOT_MINUTES, zone),
    }
