"""Specimen. http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-specimen.html"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import OURS, SNOMED, V2, Element, concept
from fhirapi.synthetic.visits import Visit

_PROFILE = profiles("us-core-specimen")
_TISSUE = concept(SNOMED, "119376003", "Tissue specimen")
_ARM_VEIN = concept(SNOMED, "49852007", "Structure of median cubital vein")
ROOM_TEMPERATURE = concept(f"{V2}0493", "ROOM", "Room temperature")
HEMOLYZED = concept(f"{V2}0493", "HEM", "Hemolyzed")
_BLOOD = "119297000"


def add(chart: Chart, visit: Visit, type_: Element, condition: Element) -> Element:
    """What was taken at a visit for the laboratory."""
    site = _ARM_VEIN if type_["coding"][0]["code"] == _BLOOD else None
    return _add(chart, visit, type_, condition, site, visit.at(12))


def add_tissue(chart: Chart, visit: Visit, site: Element, taken: str) -> Element:
    return _add(chart, visit, _TISSUE, ROOM_TEMPERATURE, site, taken)


def _add(
    chart: Chart, visit: Visit, type_: Element, condition: Element, site: Element | None,
    taken: str,
) -> Element:  # fmt: skip
    number = chart.count("spec") + 1
    accession = f"{visit.day.year % 100}-{chart.person.id}-{visit.number}-{number}"
    elements: Element = {
        "identifier": [
            {"system": f"{OURS}specimen", "value": f"{chart.person.id}-specimen-{number}"}
        ],
        "accessionIdentifier": {"system": f"{OURS}accession", "value": accession},
        "status": "available",
        "type": type_,
        "subject": chart.subject,
        "collection": {
            "collector": chart.called(visit.practitioner),
            "collectedDateTime": taken,
            **({"bodySite": site} if site else {}),
        },
        "condition": [condition],
    }
    return chart.add("Specimen", "spec", _PROFILE, elements, visit=visit, updated=taken)
