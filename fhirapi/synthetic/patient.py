"""Patient. http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-patient.html"""

from functools import cache

from fhirapi.synthetic.catalogue_names import Heritage
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import (
    OURS,
    RACE_AND_ETHNICITY,
    SNOMED,
    US_CORE,
    V2,
    V3,
    Element,
    coding,
    concept,
)
from fhirapi.synthetic.moments import AS_OF
from fhirapi.synthetic.person import Address, Person

_PROFILE = profiles("us-core-patient")
_MRN_TYPE = concept(f"{V2}0203", "MR", "Medical Record Number")
_MARITAL = (
    concept(f"{V3}MaritalStatus", "M", "Married"),
    concept(f"{V3}MaritalStatus", "S", "Never Married"),
    concept(f"{V3}MaritalStatus", "D", "Divorced"),
    concept(f"{V3}MaritalStatus", "W", "Widowed"),
)
_NEVER_MARRIED = _MARITAL[1]
_SEX = {
    "female": ("F", "248152002", coding(SNOMED, "446141000124107", "Identifies as female gender")),
    "male": ("M", "248153007", coding(SNOMED, "446151000124109", "Identifies as male gender")),
}
_YES = coding(SNOMED, "373066001", "Yes")
_NO = coding(SNOMED, "373067005", "No")

_NATIVE = "1002-5"
_NAVAJO = concept(f"{V3}TribalEntityUS", "170", "Navajo Nation, Arizona, New Mexico, & Utah")


def write(chart: Chart) -> None:
    person = chart.person
    elements: Element = {
        "extension": [
            *_race_and_ethnicity(person.heritage),
            *_tribe(person),
            *_sex(person.sex),
            *_interpreter(person.language[0]),
        ],
        "identifier": [
            {
                "use": "usual",
                "type": _MRN_TYPE,
                "system": f"{OURS}mrn",
                "value": person.mrn,
                "assigner": chart.organization,
            }
        ],
        "active": True,
        "name": _names(person),
        "telecom": _telecom(person),
        "gender": person.sex,
        "birthDate": person.birth.isoformat(),
    }
    if person.death:
        elements["deceasedDateTime"] = person.death.isoformat()
    elements["address"] = _addresses(person)
    elements["maritalStatus"] = _marital_status(chart)
    elements["communication"] = [_language(*person.language)]
    elements["generalPractitioner"] = [chart.called(person.general_practitioner)]
    elements["managingOrganization"] = chart.organization
    visits = chart.life.visits
    chart.add(
        "Patient",
        "patient",
        _PROFILE,
        elements,
        visit=None,
        id_=person.id,
        updated=visits[-1].updated if visits else None,
    )


@cache
def _race_and_ethnicity(heritage: Heritage) -> list[Element]:
    races = [
        {"url": "ombCategory", "valueCoding": coding(RACE_AND_ETHNICITY, code, words)}
        for code, words in heritage.races
    ]
    race_text = " and ".join(words for _, words in heritage.races)
    code, words = (
        ("2135-2", "Hispanic or Latino")
        if heritage.is_hispanic
        else ("2186-5", "Not Hispanic or Latino")
    )
    ethnicity = {"url": "ombCategory", "valueCoding": coding(RACE_AND_ETHNICITY, code, words)}
    return [
        {
            "url": f"{US_CORE}us-core-race",
            "extension": [*races, {"url": "text", "valueString": race_text}],
        },
        {
            "url": f"{US_CORE}us-core-ethnicity",
            "extension": [ethnicity, {"url": "text", "valueString": words}],
        },
    ]


def _tribe(person: Person) -> list[Element]:
    """All who say they are native in this population are Navajo."""
    if _NATIVE not in {code for code, _ in person.heritage.races}:
        return []
    parts = [
        {"url": "tribalAffiliation", "valueCodeableConcept": _NAVAJO},
        {"url": "isEnrolled", "valueBoolean": True},
    ]
    return [{"url": f"{US_CORE}us-core-tribal-affiliation", "extension": parts}]


@cache
def _sex(sex: str) -> list[Element]:
    letter, snomed, identity = _SEX[sex]
    identifies = {"coding": [identity], "text": identity["display"]}
    return [
        {"url": f"{US_CORE}us-core-birthsex", "valueCode": letter},
        {"url": f"{US_CORE}us-core-sex", "valueCode": snomed},
        {"url": f"{US_CORE}us-core-genderIdentity", "valueCodeableConcept": identifies},
    ]


@cache
def _interpreter(tag: str) -> list[Element]:
    """https://hl7.org/fhir/us/core/STU7/StructureDefinition-us-core-interpreter-needed.html"""
    needs_one = _YES if not tag.startswith("en") else _NO
    return [{"url": f"{US_CORE}us-core-interpreter-needed", "valueCoding": needs_one}]


@cache
def _language(tag: str, words: str) -> Element:
    return {"language": concept("urn:ietf:bcp:47", tag, words), "preferred": True}


def _names(person: Person) -> list[Element]:
    name: Element = {
        "use": "official",
        "text": person.full_name,
        "family": person.family,
        "given": list(person.given),
    }
    if person.suffix:
        name["suffix"] = [person.suffix]
    names = [name]
    if person.former_family:
        changed = f"{person.birth.year + 24}-06-01"
        name["period"] = {"start": changed}
        names.append(
            {
                "use": "old",
                "family": person.former_family,
                "given": list(person.given),
                "period": {"start": person.birth.isoformat(), "end": changed},
            }
        )
    return names


def _telecom(person: Person) -> list[Element]:
    telecom = [{"system": "phone", "value": person.phone, "use": "home"}]
    if person.mobile:
        telecom.append({"system": "phone", "value": person.mobile, "use": "mobile"})
    telecom.append({"system": "email", "value": person.email, "use": "home"})
    return telecom


def _addresses(person: Person) -> list[Element]:
    if not (person.former_address and person.moved):
        return [address(person.address, "home", {"start": person.joined.isoformat()})]
    moved = person.moved.isoformat()
    former = {"start": min(person.birth, person.moved).isoformat(), "end": moved}
    return [
        address(person.address, "home", {"start": moved}),
        address(person.former_address, "old", former),
    ]


def address(place: Address, use: str, period: Element) -> Element:
    return {
        "use": use,
        "line": [place.line, place.apartment] if place.apartment else [place.line],
        "city": place.town.city,
        "state": place.town.state,
        "postalCode": place.postal_code,
        "country": "US",
        "period": period,
    }


def _marital_status(chart: Chart) -> Element:
    age = chart.person.age_on(AS_OF)
    if age < 20:
        return _NEVER_MARRIED
    widowed = 4 if age > 70 else 0.2
    return chart.dice.choices(_MARITAL, (6, 8 if age < 32 else 2, 2, widowed))[0]
