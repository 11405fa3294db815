"""The practices, their places and their staff: what all records refer to."""

from dataclasses import dataclass
from functools import cache
from random import Random

from fhirapi.synthetic import services
from fhirapi.synthetic.catalogue_names import HERITAGES
from fhirapi.synthetic.catalogue_places import SITES, Site
from fhirapi.synthetic.concepts import (
    HL7,
    NPI,
    NUCC,
    OURS,
    ROLE_CODE,
    US_CORE,
    Element,
    Resource,
    concept,
    reference,
)
from fhirapi.synthetic.moments import OPENED

_COUNTRY = "US"
INSURERS = (
    ("org-insurer-1", "Prairie Mutual Health Plan", "HMO"),
    ("org-insurer-2", "Blue Harbor Insurance", "PPO"),
    ("org-insurer-3", "Commonwell State Medicaid", "Medicaid"),
    ("org-insurer-4", "Federal Medicare Program", "Medicare"),
)
LABORATORY = "org-laboratory"
PHARMACY = "org-pharmacy"
_OTHERS = (
    (LABORATORY, "Clearline Reference Laboratory", "prov", "Healthcare Provider"),
    (PHARMACY, "Cornerstone Community Pharmacy", "prov", "Healthcare Provider"),
    *((id_, name, "pay", "Payer") for id_, name, _ in INSURERS),
)


@dataclass(frozen=True, slots=True)
class _Post:
    taxonomy: str
    words: str
    prefix: str | None
    suffix: str


_POSTS = (
    _Post("207Q00000X", "Family Medicine Physician", "Dr.", "MD"),
    _Post("207R00000X", "Internal Medicine Physician", "Dr.", "DO"),
    _Post("363LF0000X", "Family Nurse Practitioner", None, "NP"),
    _Post("163W00000X", "Registered Nurse", None, "RN"),
    _Post("207P00000X", "Emergency Medicine Physician", "Dr.", "MD"),
)
_NURSE, _EMERGENCY = 3, 4


@dataclass(frozen=True, slots=True)
class Position:
    """A place on the staff; who fills it depends on the seed."""

    id: str
    site_number: int
    post: int


POSITIONS = tuple(
    Position(f"pr-{(site.number - 1) * len(_POSTS) + post + 1}", site.number, post)
    for site in SITES
    for post in range(len(_POSTS))
)
GENERALISTS = tuple(position for position in POSITIONS if position.post < _NURSE)


def nurse_of(site: Site) -> str:
    return POSITIONS[(site.number - 1) * len(_POSTS) + _NURSE].id


def emergency_doctor_of(site: Site) -> str:
    return POSITIONS[(site.number - 1) * len(_POSTS) + _EMERGENCY].id


@dataclass(frozen=True, slots=True)
class Clinician:
    position: Position
    given: str
    family: str
    sex: str

    @property
    def called(self) -> str:
        post = _POSTS[self.position.post]
        name = f"{self.given} {self.family}"
        return f"{post.prefix} {name}" if post.prefix else f"{name}, {post.suffix}"


@cache
def staff(seed: int) -> dict[str, Clinician]:
    """Everybody on the staff by Practitioner id; pr-1 is Dr. Emily Carter in every population."""
    dice = Random((seed << 40) - 1)
    people: dict[str, Clinician] = {}
    for position in POSITIONS:
        heritage = dice.choice(HERITAGES[:4])
        sex = dice.choice(("female", "male"))
        given = dice.choice(heritage.women if sex == "female" else heritage.men)
        person = Clinician(position, given, dice.choice(heritage.families), sex)
        if position.id == "pr-1":
            person = Clinician(position, "Emily", "Carter", "female")
        people[position.id] = person
    return people


@cache
def called(seed: int, practitioner_id: str) -> Element:
    """Reference to a practitioner with the name as people say it."""
    return reference(f"Practitioner/{practitioner_id}", staff(seed)[practitioner_id].called)


def resources(seed: int) -> list[Resource]:
    found = [_other_organization(number, *each) for number, each in enumerate(_OTHERS)]
    for site in SITES:
        found += [_organization(site), _location(site), _hospital(site)]
    for clinician in staff(seed).values():
        found += [_practitioner(clinician), _role(clinician)]
    doctors = {position.id: called(seed, position.id) for position in GENERALISTS}
    sites = {position.id: SITES[position.site_number - 1] for position in GENERALISTS}
    return found + services.resources(seed, doctors, sites)


def role_of(practitioner_id: str) -> str:
    """Id of the PractitionerRole."""
    return f"role-{practitioner_id.removeprefix('pr-')}"


def npi(number: int) -> str:
    """A well-formed NPI of a range that is never issued (it begins with 9).

    The check digit is Luhn's over the prefix 80840 and the first nine digits (45 CFR 162.406).
    """
    nine = f"99{number:07}"
    total = 24
    for position, digit in enumerate(reversed(nine)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{nine}{-total % 10}"


def _resource(type_: str, id_: str, profile: str) -> Resource:
    meta = {"versionId": "1", "lastUpdated": OPENED, "profile": [US_CORE + profile]}
    return {"resourceType": type_, "id": id_, "meta": meta}


def _npi_identifier(number: int) -> Element:
    return {"use": "official", "system": NPI, "value": npi(number)}


def _phone(value: str) -> Element:
    return {"system": "phone", "value": value, "use": "work"}


def _address(site: Site, street: str | None = None) -> Element:
    return {
        "use": "work",
        "type": "both",
        "line": [street or site.street],
        "city": site.town.city,
        "state": site.town.state,
        "postalCode": site.postal_code,
        "country": _COUNTRY,
    }


def _organization(site: Site) -> Resource:
    return {
        **_resource("Organization", site.organization_id, "us-core-organization"),
        "identifier": [_npi_identifier(site.number)],
        "active": True,
        "type": [concept(f"{HL7}organization-type", "prov", "Healthcare Provider")],
        "name": site.name,
        "telecom": [
            _phone(f"{site.area_code}-555-0100"),
            {"system": "email", "value": f"frontdesk.{site.number}@example.com", "use": "work"},
        ],
        "address": [_address(site)],
    }


def _other_organization(number: int, id_: str, name: str, code: str, words: str) -> Resource:
    site = SITES[number % len(SITES)]
    return {
        **_resource("Organization", id_, "us-core-organization"),
        "identifier": [_npi_identifier(100 + number)],
        "active": True,
        "type": [concept(f"{HL7}organization-type", code, words)],
        "name": name,
        "telecom": [_phone(f"800-555-01{10 + number}")],
        "address": [_address(site, f"{300 + 7 * number} Market Street")],
    }


def _location(site: Site) -> Resource:
    return {
        **_resource("Location", site.location_id, "us-core-location"),
        "identifier": [{"system": f"{OURS}location", "value": site.location_id}],
        "status": "active",
        "name": site.name,
        "mode": "instance",
        "type": [concept(ROLE_CODE, "OF", "Outpatient facility")],
        "telecom": [_phone(f"{site.area_code}-555-0100")],
        "address": _address(site),
        "position": {"longitude": site.longitude, "latitude": site.latitude},
        "managingOrganization": reference(f"Organization/{site.organization_id}", site.name),
    }


def _hospital(site: Site) -> Resource:
    return {
        **_resource("Location", site.hospital_id, "us-core-location"),
        "identifier": [{"system": f"{OURS}location", "value": site.hospital_id}],
        "status": "active",
        "name": site.hospital,
        "mode": "instance",
        "type": [concept(ROLE_CODE, "HOSP", "Hospital")],
        "telecom": [_phone(f"{site.area_code}-555-0199")],
        "address": _address(site, "1 Hospital Way"),
        "managingOrganization": reference(f"Organization/{site.organization_id}", site.name),
    }


def _practitioner(clinician: Clinician) -> Resource:
    position = clinician.position
    post = _POSTS[position.post]
    name: Element = {"use": "official", "family": clinician.family, "given": [clinician.given]}
    if post.prefix:
        name["prefix"] = [post.prefix]
    name["suffix"] = [post.suffix]
    number = int(position.id.removeprefix("pr-"))
    site = SITES[position.site_number - 1]
    return {
        **_resource("Practitioner", position.id, "us-core-practitioner"),
        "identifier": [_npi_identifier(1000 + number)],
        "active": True,
        "name": [name],
        "telecom": [
            _phone(f"{site.area_code}-555-01{number + 20}"),
            {"system": "email", "value": f"{position.id}@example.com", "use": "work"},
        ],
        "address": [_address(site)],
        "gender": clinician.sex,
        "qualification": [{"code": concept(NUCC, post.taxonomy, post.words)}],
    }


def _role(clinician: Clinician) -> Resource:
    position = clinician.position
    post = _POSTS[position.post]
    site = SITES[position.site_number - 1]
    number = int(position.id.removeprefix("pr-"))
    location_id = site.hospital_id if position.post == _EMERGENCY else site.location_id
    return {
        **_resource("PractitionerRole", role_of(position.id), "us-core-practitionerrole"),
        "active": True,
        "practitioner": reference(f"Practitioner/{position.id}", clinician.called),
        "organization": reference(f"Organization/{site.organization_id}", site.name),
        "code": [concept(NUCC, post.taxonomy, post.words)],
        "specialty": [concept(NUCC, post.taxonomy, post.words)],
        "location": [reference(f"Location/{location_id}")],
        "healthcareService": [reference(f"HealthcareService/{services.service_id(site)}")],
        "telecom": [
            _phone(f"{site.area_code}-555-01{number + 20}"),
            {"system": "email", "value": f"{position.id}@example.com", "use": "work"},
        ],
        "endpoint": [reference(f"Endpoint/{services.endpoint_id(site)}")],
    }
