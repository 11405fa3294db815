"""Claim and ExplanationOfBenefit: what the last visits cost, and who paid.

https://hl7.org/fhir/R4/claim.html, explanationofbenefit.html
"""

from datetime import date

from fhirapi.synthetic.chart import Chart
from fhirapi.synthetic.concepts import HL7, OURS, Element, coding, concept
from fhirapi.synthetic.visits import Visit

_HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
_PROFESSIONAL = concept(f"{HL7}claim-type", "professional", "Professional")
_NORMAL = concept(f"{HL7}processpriority", "normal", "Normal")
_CHECKUP = {
    "coding": [{"system": _HCPCS, "code": "G0439"}],
    "text": "Yearly wellness visit, a later one",
}
_VISIT = {"coding": [{"system": _HCPCS, "code": "T1015"}], "text": "Visit to the clinic"}
_PAID_SHARE = 0.8


def _adjudged(code: str, words: str) -> Element:
    return {"coding": [coding(f"{HL7}adjudication", code, words)]}


_SUBMITTED = _adjudged("submitted", "Submitted Amount")
_ELIGIBLE = _adjudged("eligible", "Eligible Amount")
_BENEFIT = _adjudged("benefit", "Benefit Amount")


def write(chart: Chart) -> None:
    policies = [each for each in chart.resources if each["resourceType"] == "Coverage"]
    for visit in [visit for visit in chart.life.visits if visit.kind.is_in_person][-2:]:
        policy = next((each for each in policies if _holds(each, visit.day)), None)
        if policy:
            _bill(chart, visit, policy)


def _holds(policy: Element, day: date) -> bool:
    period = policy["period"]
    return bool(period["start"] <= day.isoformat() < period.get("end", "9999"))


def _bill(chart: Chart, visit: Visit, policy: Element) -> None:
    price = 140.0 if visit.kind.is_checkup else 95.0 + 5 * chart.dice.randrange(12)
    common: Element = {
        "type": _PROFESSIONAL,
        "use": "claim",
        "patient": chart.subject,
        "billablePeriod": {"start": visit.start, "end": visit.end},
        "created": visit.updated,
        "insurer": policy["payor"][0],
        "provider": chart.organization,
    }
    insurance: Element = {
        "focal": True,
        "coverage": {"reference": f"Coverage/{policy['id']}"},
    }
    diagnosis = _diagnoses(visit)
    claim = _add_claim(chart, visit, common | diagnosis, insurance, price)
    _add_explanation(chart, visit, common | diagnosis, insurance, price, claim)


def _diagnoses(visit: Visit) -> Element:
    found = [
        {"sequence": number, "diagnosisCodeableConcept": problem.illness.concept}
        for number, problem in enumerate(visit.reasons, 1)
    ]
    return {"diagnosis": found} if found else {}


def _item(visit: Visit, price: float) -> Element:
    item: Element = {
        "sequence": 1,
        "productOrService": _CHECKUP if visit.kind.is_checkup else _VISIT,
        "servicedDate": visit.day.isoformat(),
        "unitPrice": _dollars(price),
        "net": _dollars(price),
        "encounter": [visit.reference],
    }
    if visit.reasons:
        item["diagnosisSequence"] = [1]
    return item


def _dollars(amount: float) -> Element:
    return {"value": round(amount, 2), "currency": "USD"}


def _number(chart: Chart, kind: str) -> list[Element]:
    value = f"{chart.person.id}-{kind}-{chart.count(kind) + 1}"
    return [{"system": f"{OURS}{kind}", "value": value}]


def _add_claim(
    chart: Chart, visit: Visit, common: Element, insurance: Element, price: float
) -> Element:
    elements: Element = {
        "identifier": _number(chart, "claim"),
        "status": "active",
        **common,
        "priority": _NORMAL,
        "insurance": [{"sequence": 1, **insurance}],
        "item": [_item(visit, price)],
        "total": _dollars(price),
    }
    return chart.add("Claim", "claim", None, elements, visit=visit)


def _add_explanation(
    chart: Chart, visit: Visit, common: Element, insurance: Element, price: float,
    claim: Element,
) -> None:  # fmt: skip
    allowed = price * 0.85
    amounts = ((_SUBMITTED, price), (_ELIGIBLE, allowed), (_BENEFIT, allowed * _PAID_SHARE))
    decided = [{"category": what, "amount": _dollars(amount)} for what, amount in amounts]
    elements: Element = {
        "identifier": _number(chart, "eob"),
        "status": "active",
        **common,
        "claim": claim,
        "outcome": "complete",
        "disposition": "Settled as agreed with the practice.",
        "insurance": [insurance],
        "item": [_item(visit, price) | {"adjudication": decided}],
        "total": decided,
        "payment": {"date": visit.day.isoformat(), "amount": _dollars(allowed * _PAID_SHARE)},
    }
    chart.add("ExplanationOfBenefit", "eob", None, elements, visit=visit)
