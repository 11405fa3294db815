"""Coverage. http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-coverage.html"""

from datetime import date

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, OURS, V2, V3, Element, concept, reference
from fhirapi.synthetic.practice import INSURERS

_PROFILE = profiles("us-core-coverage")
_MEMBER = concept(f"{V2}0203", "MB", "Member Number")
_TYPES = {
    "HMO": concept(f"{V3}ActCode", "HMO", "health maintenance organization policy"),
    "PPO": concept(f"{V3}ActCode", "PPO", "preferred provider organization policy"),
    "Medicaid": concept("https://nahdo.org/sopt", "2", "MEDICAID"),
    "Medicare": concept("https://nahdo.org/sopt", "1", "MEDICARE"),
}
_SELF = concept(f"{HL7}subscriber-relationship", "self", "Self")
_CHILD = concept(f"{HL7}subscriber-relationship", "child", "Child")
_GROUP = concept(f"{HL7}coverage-class", "group", "Group")
_PLAN = concept(f"{HL7}coverage-class", "plan", "Plan")
_PRIVATE, _MEDICARE = INSURERS[:3], INSURERS[3]


def write(chart: Chart) -> None:
    person = chart.person
    retired = date(person.birth.year + 65, person.birth.month, 1)
    if retired >= person.last_day:
        _add(chart, chart.dice.choice(_PRIVATE), person.joined, person.death)
        return
    if retired > person.joined:
        _add(chart, chart.dice.choice(_PRIVATE), person.joined, retired)
    _add(chart, _MEDICARE, max(retired, person.joined), person.death)


def _add(chart: Chart, insurer: tuple[str, str, str], begun: date, ended: date | None) -> None:
    organization_id, name, kind = insurer
    number = f"{chart.dice.randrange(10**8, 10**9)}"
    period: Element = {"start": begun.isoformat()}
    if ended:
        period["end"] = ended.isoformat()
    group = f"G{chart.dice.randrange(10000, 99999)}"
    elements: Element = {
        "identifier": [{"type": _MEMBER, "system": f"{OURS}member", "value": number}],
        "status": "cancelled" if ended else "active",
        "type": _TYPES[kind],
        "subscriberId": number,
        "beneficiary": chart.subject,
        "relationship": _CHILD if chart.person.is_child else _SELF,
        "period": period,
        "payor": [reference(f"Organization/{organization_id}", name)],
        "class": [
            {"type": _GROUP, "value": group, "name": "Employees and families"},
            {"type": _PLAN, "value": f"{kind}-{begun.year % 7 + 1}", "name": f"{name} {kind}"},
        ],
    }
    chart.add("Coverage", "cov", _PROFILE, elements, visit=None)
