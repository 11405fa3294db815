"""Provenance: who wrote what each visit left behind.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-provenance.html
"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, US_CORE_CODES, Element, coding

_PROFILE = profiles("us-core-provenance")
_AUTHOR = {
    "coding": [coding(f"{HL7}provenance-participant-type", "author", "Author")],
    "text": "Author",
}
_TRANSMITTER = {
    "coding": [
        coding(
            f"{US_CORE_CODES}us-core-provenance-participant-type",
            "transmitter",
            "Transmitter",
        )
    ],
    "text": "Transmitter",
}


def write(chart: Chart) -> None:
    """Comes last: one Provenance for each visit's resources, one for the rest."""
    rest = list(chart.by_visit[0])
    _add(chart, rest, chart.person.general_practitioner, chart.first_written)
    for visit in chart.life.visits:
        _add(chart, chart.by_visit[visit.number], visit.practitioner, visit.updated)


def _add(chart: Chart, targets: list[Element], practitioner: str, recorded: str) -> None:
    elements: Element = {
        "target": targets,
        "recorded": recorded,
        "agent": [
            {
                "type": _AUTHOR,
                "who": chart.called(practitioner),
                "onBehalfOf": chart.organization,
            },
            {
                "type": _TRANSMITTER,
                "who": chart.organization,
                "onBehalfOf": chart.organization,
            },
        ],
    }
    chart.add("Provenance", "prov", _PROFILE, elements, visit=None, updated=recorded)
