"""Immunization. http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-immunization.html"""

from datetime import date, timedelta

from fhirapi.synthetic import catalogue_vaccines as vaccines
from fhirapi.synthetic.catalogue_vaccines import CHILDHOOD, Vaccine
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, V2, V3, Element, concept, quantity
from fhirapi.synthetic.practice import nurse_of
from fhirapi.synthetic.visits import Visit

_PROFILE = profiles("us-core-immunization")
_ADMINISTRATOR = concept(f"{V2}0443", "AP", "Administering Provider")
_LEFT_ARM = concept(f"{V3}ActSite", "LA", "left arm")
_INTRAMUSCULAR = concept(f"{V3}RouteOfAdministration", "IM", "Injection, intramuscular")
_OBJECTION = concept(f"{V3}ActReason", "PATOBJ", "patient objection")
_BROUGHT_ALONG = concept(f"{HL7}immunization-origin", "record", "Other Record")
_DOSE = quantity(0.5, "mL")


class _Card:
    """The patient's vaccination card: counts the doses of each series."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._doses: dict[str, int] = {}
        self.offered_influenza_in = 0
        """The year."""
        self._nurse = chart.called(nurse_of(chart.person.site))

    def doses(self, series: str) -> int:
        return self._doses.get(series, 0)

    def give(self, vaccine: Vaccine, visit: Visit) -> None:
        chart = self._chart
        number = self._count(vaccine)
        elements: Element = {
            "status": "completed",
            "vaccineCode": vaccine.code,
            "patient": chart.subject,
            "encounter": visit.reference,
            "occurrenceDateTime": visit.at(15),
            "primarySource": True,
            "location": {"reference": f"Location/{chart.person.site.location_id}"},
            "lotNumber": f"{vaccine.cvx}-{visit.day.year}{visit.day.month:02}",
            "site": _LEFT_ARM,
            "route": _INTRAMUSCULAR,
            "doseQuantity": _DOSE,
            "performer": [{"function": _ADMINISTRATOR, "actor": self._nurse}],
            "protocolApplied": [{"series": vaccine.series, "doseNumberPositiveInt": number}],
        }
        chart.add("Immunization", "imm", _PROFILE, elements, visit=visit)

    def copy(self, vaccine: Vaccine, day: date) -> None:
        """A dose given elsewhere, entered from the record the patient brought along."""
        number = self._count(vaccine)
        elements: Element = {
            "status": "completed",
            "vaccineCode": vaccine.code,
            "patient": self._chart.subject,
            "occurrenceDateTime": day.isoformat(),
            "primarySource": False,
            "reportOrigin": _BROUGHT_ALONG,
            "protocolApplied": [{"series": vaccine.series, "doseNumberPositiveInt": number}],
        }
        first = self._chart.life.visits[0]
        self._chart.add("Immunization", "imm", _PROFILE, elements, visit=first)

    def note_refusal(self, vaccine: Vaccine, visit: Visit) -> None:
        elements: Element = {
            "status": "not-done",
            "statusReason": _OBJECTION,
            "vaccineCode": vaccine.code,
            "patient": self._chart.subject,
            "encounter": visit.reference,
            "occurrenceDateTime": visit.at(15),
            "primarySource": True,
        }
        self._chart.add("Immunization", "imm", _PROFILE, elements, visit=visit)

    def _count(self, vaccine: Vaccine) -> int:
        number = self._doses[vaccine.series] = self.doses(vaccine.series) + 1
        return number


def write(chart: Chart) -> None:
    if not chart.life.visits:
        return
    card = _Card(chart)
    if chart.person.is_child:
        _write_childhood(chart, card)
    for visit in chart.life.visits:
        if visit.kind.is_in_person and not visit.kind.is_at_hospital:
            _write_seasonal(chart, card, visit)
            if visit.age >= 18 and visit.kind.is_checkup:
                _write_adult(chart, card, visit)


def _write_childhood(chart: Chart, card: _Card) -> None:
    person, visits = chart.person, chart.life.visits
    due = sorted(
        (person.birth + timedelta(days), position)
        for position, (_, ages) in enumerate(CHILDHOOD)
        for days in ages
    )
    checkups = [visit for visit in visits if visit.kind.is_checkup]
    for day, position in due:
        vaccine = CHILDHOOD[position][0]
        if day < person.joined - timedelta(5):
            card.copy(vaccine, day)
            continue
        visit = next((visit for visit in checkups if visit.day >= day), None)
        if visit:
            card.give(vaccine, visit)


def _write_seasonal(chart: Chart, card: _Card, visit: Visit) -> None:
    if visit.day.month < 9 or visit.age < 1 or card.offered_influenza_in == visit.day.year:
        return
    card.offered_influenza_in = visit.day.year
    vaccine = _influenza(visit)
    drawn = chart.dice.random()
    if drawn < 0.55:
        card.give(vaccine, visit)
    elif drawn < 0.65:
        card.note_refusal(vaccine, visit)


def _influenza(visit: Visit) -> Vaccine:
    # The fourth strain was left out from the 2024 season on.
    has_three = visit.day.year >= 2024
    if visit.age >= 65:
        return (
            vaccines.INFLUENZA_HIGH_DOSE if has_three else vaccines.INFLUENZA_HIGH_DOSE_QUADRIVALENT
        )
    return vaccines.INFLUENZA_TRIVALENT if has_three else vaccines.INFLUENZA_QUADRIVALENT


def _write_adult(chart: Chart, card: _Card, visit: Visit) -> None:
    drawn = chart.dice.random()
    if drawn < 0.12 and not card.doses(vaccines.TDAP.series):
        card.give(vaccines.TDAP, visit)
    if visit.age >= 50 and card.doses(vaccines.ZOSTER.series) < 2 and drawn > 0.5:
        card.give(vaccines.ZOSTER, visit)
    if visit.age >= 65 and not card.doses("Pneumococcal"):
        card.give(vaccines.PCV20 if visit.day.year >= 2022 else vaccines.PPSV23, visit)
    if visit.day.year >= 2021 and drawn > 0.6:
        is_later = visit.day >= date(2023, 10, 1)
        card.give(vaccines.COVID_LATER if is_later else vaccines.COVID_FIRST, visit)
