"""The note of each visit, as text."""

from fhirapi.synthetic import notes, visits
from fhirapi.synthetic.chart import Chart
from fhirapi.synthetic.concepts import Element
from fhirapi.synthetic.visits import Visit

_SENT_AS_FILE = (notes.DISCHARGE, notes.CONSULTATION)
"""Others have to read these."""


def write(chart: Chart) -> None:
    for visit in chart.life.visits:
        type_ = _type(visit)
        title = f"{type_['text']}, {visit.day:%B %-d, %Y}"
        content = _text(chart, visit, type_["text"]).encode()
        if type_ in _SENT_AS_FILE:
            attachment = notes.kept_apart(chart, visit, title, content, visit.updated)
        else:
            attachment = notes.attached(title, content, visit.updated)
        author = chart.called(visit.practitioner)
        notes.add(chart, visit, type_, attachment, written=visit.updated, author=author)


def _type(visit: Visit) -> Element:
    if visit.kind in (visits.INPATIENT, visits.FINAL_STAY):
        return notes.DISCHARGE
    if visit.kind is visits.EMERGENCY:
        return notes.EMERGENCY
    if visit.kind is visits.TELEHEALTH:
        return notes.CONSULTATION
    return notes.FIRST if visit.number == 1 else notes.PROGRESS


def _text(chart: Chart, visit: Visit, title: str) -> str:
    person = chart.person
    lines = [
        f"{title}    {visit.day:%m/%d/%Y}",
        f"Patient: {person.full_name}    MRN: {person.mrn}    DOB: {person.birth:%m/%d/%Y}",
        "",
        "SUBJECTIVE",
        f"{_age(visit)} {_noun(chart, visit)} seen for {_occasion(visit)}.",
        "",
        "OBJECTIVE",
        chart.measured.get(visit.number, "Seen by video; no measurements."),
        "",
        "ASSESSMENT AND PLAN",
    ]
    for number, problem in enumerate(visit.reasons, 1):
        lines.append(f"{number}. {problem.illness.words}. {problem.illness.advice}")
    if visit.kind.is_final:
        lines.append("Died in the presence of the family. Condolences given.")
    elif not visit.reasons:
        lines.append("Doing well. Preventive care reviewed; next check-up in about a year.")
    prescribed = chart.prescribed.get(visit.number)
    if prescribed:
        lines += ["", "PRESCRIBED", *prescribed]
    lines += ["", f"Signed by {chart.called(visit.practitioner)['display']}", ""]
    return "\n".join(lines)


def _age(visit: Visit) -> str:
    return f"{visit.age}-year-old" if visit.age else "Infant"


def _noun(chart: Chart, visit: Visit) -> str:
    is_female = chart.person.sex == "female"
    if visit.age < 18:
        return "girl" if is_female else "boy"
    return "woman" if is_female else "man"


def _occasion(visit: Visit) -> str:
    if not visit.reasons:
        return "a sudden worsening" if visit.kind.is_at_hospital else "a routine check-up"
    names = [problem.illness.words.lower() for problem in visit.reasons]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
