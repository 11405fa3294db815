"""RelatedPerson: a child's parent, an old person's relative.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-relatedperson.html
"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import ROLE_CODE, Element, concept
from fhirapi.synthetic.moments import AS_OF
from fhirapi.synthetic.patient import address

_PROFILE = profiles("us-core-relatedperson")
_PARENTS = {
    "female": concept(ROLE_CODE, "MTH", "mother"),
    "male": concept(ROLE_CODE, "FTH", "father"),
}
_CHILDREN = {
    "female": concept(ROLE_CODE, "DAU", "natural daughter"),
    "male": concept(ROLE_CODE, "SON", "natural son"),
}


def write(chart: Chart) -> None:
    if chart.person.is_child:
        _add(chart, _PARENTS, born=-28)
    elif chart.person.age_on(AS_OF) >= 72 and chart.dice.random() < 0.6:
        _add(chart, _CHILDREN, born=29)


def _add(chart: Chart, relationships: dict[str, Element], born: int) -> None:
    person, dice = chart.person, chart.dice
    sex = dice.choice(("female", "male"))
    names = person.heritage.women if sex == "female" else person.heritage.men
    given = dice.choice(names)
    year = person.birth.year + born + dice.randrange(-5, 6)
    elements: Element = {
        "active": True,
        "patient": chart.subject,
        "relationship": [relationships[sex]],
        "name": [{"use": "official", "family": person.family, "given": [given]}],
        "telecom": [
            {
                "system": "phone",
                "value": f"{person.site.area_code}-555-01{dice.randrange(100):02}",
                "use": "mobile",
            }
        ],
        "gender": sex,
        "birthDate": f"{year}-{dice.randrange(1, 13):02}",
        "address": [address(person.address, "home", {"start": person.joined.isoformat()})],
    }
    relative = chart.add("RelatedPerson", "rel", _PROFILE, elements, visit=None)
    chart.relatives.append(relative | {"display": f"{given} {person.family}"})
