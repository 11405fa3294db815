"""MedicationRequest, MedicationDispense and the products they name.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-medicationrequest.html
"""

from dataclasses import dataclass
from datetime import timedelta

from fhirapi.synthetic.catalogue_medications import (
    DRUGS,
    FOR_SMALL_CHILDREN,
    WITHOUT_PENICILLIN,
    Drug,
)
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import (
    HL7,
    OURS,
    SNOMED,
    US_CORE,
    V3,
    Element,
    Resource,
    concept,
    reference,
)
from fhirapi.synthetic.course import Problem
from fhirapi.synthetic.moments import AS_OF, OPENED, instant
from fhirapi.synthetic.practice import PHARMACY
from fhirapi.synthetic.visits import Visit

_REQUEST_PROFILE = profiles("us-core-medicationrequest")
_DISPENSE_PROFILE = profiles("us-core-medicationdispense")
_PRODUCT_PROFILE = profiles("us-core-medication")
_COMMUNITY = [concept(f"{HL7}medicationrequest-category", "community", "Community")]
_FIRST_FILL = concept(f"{V3}ActCode", "FF", "First Fill")
_PHARMACY = [{"actor": reference(f"Organization/{PHARMACY}", "Cornerstone Community Pharmacy")}]
_ADHERENCE = (
    concept(SNOMED, "1156699004", "Complies with drug therapy"),
    concept(SNOMED, "702565001", "Non-compliance of drug therapy"),
)
_TOLD_BY_PATIENT = concept(SNOMED, "116154003", "Patient")
_OVER_THE_COUNTER = ("acetaminophen", "cetirizine", "loratadine", "ibuprofen")
_DAYS_TO_RENEWAL = 330


def products() -> list[Resource]:
    """Medications that requests refer to; they belong to no patient."""
    return [
        {
            "resourceType": "Medication",
            "id": drug.product_id,
            "meta": {"versionId": "1", "lastUpdated": OPENED, "profile": _PRODUCT_PROFILE},
            "identifier": [{"system": f"{OURS}formulary", "value": drug.rxnorm}],
            "code": drug.code,
            "status": "active",
        }
        for drug in DRUGS.values()
        if drug.has_product
    ]


@dataclass(slots=True)
class _Prescription:
    drug: Drug
    problem: Problem
    visit: Visit
    is_renewal: bool
    is_last: bool = True


def write(chart: Chart) -> None:
    for problem in chart.life.problems:
        for group in problem.illness.drugs:
            _prescribe(chart, problem, _choose(chart, problem, group))
    _write_reported(chart)


def _write_reported(chart: Chart) -> None:
    """What the patient takes without a prescription, and says so at the first visit."""
    adult = [visit for visit in chart.life.visits if visit.age >= 18 and visit.kind.is_in_person]
    if not adult or chart.dice.random() > 0.3:
        return
    visit, drug = adult[0], DRUGS[chart.dice.choice(_OVER_THE_COUNTER)]
    doctor = chart.called(visit.practitioner)
    elements: Element = {
        "status": "completed" if chart.person.death else "active",
        "intent": "plan",
        "category": _COMMUNITY,
        "reportedReference": chart.subject if visit.age < 65 else doctor,
        **_medication(drug),
        "subject": chart.subject,
        "encounter": visit.reference,
        "authoredOn": visit.at(9),
        "requester": chart.subject,
        "dosageInstruction": drug.dosage,
    }
    chart.add("MedicationRequest", "rx", _REQUEST_PROFILE, elements, visit=visit)


def _choose(chart: Chart, problem: Problem, group: tuple[str, ...]) -> Drug:
    key = chart.dice.choice(group)
    visit = problem.visit
    if visit is not None and visit.age < 12:
        key = FOR_SMALL_CHILDREN.get(key, key)
    if "penicillin" in chart.allergies:
        key = WITHOUT_PENICILLIN.get(key, key)
    return DRUGS[key]


def _prescribe(chart: Chart, problem: Problem, drug: Drug) -> None:
    """The first prescription, then renewals at visits about a year apart."""
    given: list[_Prescription] = []
    for visit in chart.life.visits:
        if problem.visit is None or visit.number < problem.visit.number:
            continue
        if visit.kind.is_final or not problem.is_active_on(visit.day):
            continue
        if given and (visit.day - given[-1].visit.day).days < _DAYS_TO_RENEWAL:
            continue
        if given:
            given[-1].is_last = False
        given.append(_Prescription(drug, problem, visit, bool(given)))
        if drug.is_course:
            break
    for prescription in given:
        _write(chart, prescription)


def _status(chart: Chart, prescription: _Prescription) -> str:
    if not prescription.is_last:
        return "completed"
    if prescription.drug.is_course:
        ends = prescription.visit.day + timedelta(prescription.drug.days)
        return "completed" if ends < AS_OF else "active"
    if prescription.problem.abated or chart.person.death:
        return "stopped"
    return "active"


def _write(chart: Chart, prescription: _Prescription) -> None:
    drug, visit = prescription.drug, prescription.visit
    medication = _medication(drug)
    problem = prescription.problem
    elements: Element = {
        **_adherence(chart, prescription),
        "status": _status(chart, prescription),
        "intent": "order",
        "category": _COMMUNITY,
        "reportedBoolean": False,
        **medication,
        "subject": chart.subject,
        "encounter": visit.reference,
        "authoredOn": visit.at(max(5, visit.minutes - 3)) if visit.minutes < 1440 else visit.end,
        "requester": chart.called(visit.practitioner),
        "reasonCode": [problem.illness.concept],
        "reasonReference": [{"reference": f"Condition/{chart.person.id}-cond-{problem.number}"}],
        "dosageInstruction": drug.dosage,
        "dispenseRequest": {
            "numberOfRepeatsAllowed": drug.refills,
            "quantity": drug.quantity,
            "expectedSupplyDuration": drug.period,
        },
        "substitution": {"allowedBoolean": True},
    }
    request = chart.add("MedicationRequest", "rx", _REQUEST_PROFILE, elements, visit=visit)
    chart.prescribed.setdefault(visit.number, []).append(f"{drug.words}: {drug.sig}")
    if chart.dice.random() < 0.7:
        _dispense(chart, prescription, request, medication)


def _adherence(chart: Chart, prescription: _Prescription) -> Element:
    """Asked at renewals, of what is taken without end.

    https://hl7.org/fhir/us/core/STU7/StructureDefinition-us-core-medication-adherence.html
    """
    if not prescription.is_renewal:
        return {}
    answer = _ADHERENCE[chart.dice.random() < 0.15]
    parts = [
        {"url": "medicationAdherence", "valueCodeableConcept": answer},
        {"url": "dateAsserted", "valueDateTime": prescription.visit.at(4)},
        {"url": "informationSource", "valueCodeableConcept": _TOLD_BY_PATIENT},
    ]
    return {"extension": [{"url": f"{US_CORE}us-core-medication-adherence", "extension": parts}]}


def _medication(drug: Drug) -> Element:
    if drug.has_product:
        return {"medicationReference": reference(f"Medication/{drug.product_id}", drug.words)}
    return {"medicationCodeableConcept": drug.code}


def _dispensers(chart: Chart, prescription: _Prescription) -> list[Element]:
    """Small children and the emergency room get the first days' supply at once."""
    visit = prescription.visit
    if prescription.drug.is_course and (visit.age < 6 or visit.kind.is_at_hospital):
        return [{"actor": chart.called(visit.practitioner)}]
    return _PHARMACY


def _dispense(
    chart: Chart, prescription: _Prescription, request: Element, medication: Element
) -> None:
    drug, visit = prescription.drug, prescription.visit
    # Within a day, and never after the data's own today: visits end two days before it.
    minute = visit.begin + min(visit.minutes, 1440) + 60 * chart.dice.randrange(1, 4)
    if visit.minutes > 1440:
        minute = visit.begin + visit.minutes + 90
    handed_over = instant(visit.day, minute, visit.zone)
    elements: Element = {
        "status": "completed",
        **medication,
        "subject": chart.subject,
        "context": visit.reference,
        "performer": _dispensers(chart, prescription),
        "authorizingPrescription": [request],
        "type": _FIRST_FILL,
        "quantity": drug.quantity,
        "daysSupply": drug.period,
        "whenHandedOver": handed_over,
        "dosageInstruction": drug.dosage,
    }
    chart.add(
        "MedicationDispense", "fill", _DISPENSE_PROFILE, elements, visit=visit,
        updated=handed_over,
    )  # fmt: skip
