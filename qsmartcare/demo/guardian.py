"""The demo's guardian: somebody who opens the records of two others and has none of their own.

RelatedPerson as US Core has it; RoleCode GUARD is a legal guardian.
http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-relatedperson.html
"""

from typing import Any

from fhirapi.smart.models import RecordLink
from fhirapi.smart.people.links import link
from fhirapi.store.load import load
from fhirapi.store.models import Content
from fhirapi.synthetic.chart import profiles
from fhirapi.synthetic.concepts import ROLE_CODE, concept
from portal.accounts.models import Account
from qsmartcare.demo.population import Person

GIVEN, FAMILY, BIRTH_DATE = "Grace", "Miller", "1985-05-20"


def wards(patients: list[Person]) -> tuple[Person, ...]:
    """The two youngest: children, where the population is large enough to have some."""
    return tuple(sorted(patients, key=lambda each: each.birth_date)[-2:])


def stand_for(account: Account, people: tuple[Person, ...]) -> None:
    load(_related(each) for each in people if not _is_stored(each))
    live = account.record_links.filter(resource_type="RelatedPerson", revoked_at=None)
    known = set(live.values_list("resource_id", flat=True))
    for each in people:
        if _id(each) not in known:
            link(account, "RelatedPerson", _id(each), method=RecordLink.Method.DEMO)


def _id(ward: Person) -> str:
    return f"demo-guardian-{ward.id}"


def _is_stored(ward: Person) -> bool:
    return Content.objects.filter(resource_type="RelatedPerson", resource_id=_id(ward)).exists()


def _related(ward: Person) -> dict[str, Any]:
    return {
        "resourceType": "RelatedPerson",
        "id": _id(ward),
        "meta": {"profile": list(profiles("us-core-relatedperson"))},
        "active": True,
        "patient": {"reference": f"Patient/{ward.id}", "display": ward.name},
        "relationship": [concept(ROLE_CODE, "GUARD", "guardian")],
        "name": [{"use": "official", "family": FAMILY, "given": [GIVEN]}],
        "birthDate": BIRTH_DATE,
    }
