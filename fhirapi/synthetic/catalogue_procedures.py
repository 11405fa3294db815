"""Procedures: what they are called, for whom, and what is implanted or reported."""

from dataclasses import dataclass, field

from fhirapi.synthetic.concepts import HL7, LOINC, SNOMED, Element, concept, quantity


@dataclass(frozen=True, slots=True)
class Implant:
    snomed: str
    words: str
    device_identifier: str
    """Made up, in the form of a GS1 number."""
    maker: str
    model: str
    code: Element = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", concept(SNOMED, self.snomed, self.words))


@dataclass(frozen=True, slots=True)
class Report:
    loinc: str
    words: str
    text: str
    result: Element
    """Observation elements of the result: category, code and value."""
    code: Element = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", concept(LOINC, self.loinc, self.words))


def _category(code: str, words: str) -> list[Element]:
    return [concept(f"{HL7}observation-category", code, words)]


_IMAGING, _PROCEDURE = _category("imaging", "Imaging"), _category("procedure", "Procedure")


@dataclass(frozen=True, slots=True)
class Operation:
    key: str
    snomed: str
    words: str
    chance: float
    for_illness: str | None = None
    """Only with this illness; else a screening for everybody of the age."""
    sex: str | None = None
    ages: tuple[int, int] = (18, 120)
    is_surgery: bool = False
    implant: Implant | None = None
    report: Report | None = None
    code: Element = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", concept(SNOMED, self.snomed, self.words))


_PACEMAKER = Implant("14106009", "Cardiac pacemaker", "00999990000017", "Meridian Cardiac",
                     "Rhythm DR 220")  # fmt: skip
_KNEE = Implant("304120007", "Total knee replacement prosthesis", "00999990000024",
                "Keystone Orthopedics", "Glide TK-4")  # fmt: skip
_STENT = Implant("705643001", "Coronary artery stent", "00999990000031", "Meridian Cardiac",
                 "Flexa 3.0")  # fmt: skip
OPERATIONS = (
    Operation("colonoscopy", "73761001", "Colonoscopy", 0.3, ages=(45, 80), report=Report(
        "18746-8", "Colonoscopy study",
        "Colonoscopy to the cecum. Preparation good. No polyps, no bleeding. "
        "Impression: normal colonoscopy. Repeat in ten years.",
        {"category": _PROCEDURE, "code": concept(LOINC, "18746-8", "Colonoscopy study"),
         "valueString": "Seen to the cecum; no polyps, no bleeding"})),
    Operation("mammogram", "71651007", "Mammography", 0.5, sex="female", ages=(40, 78),
              report=Report(
        "24606-6", "MG Breast Screening",
        "Bilateral screening mammogram. Scattered fibroglandular density. No suspicious mass or "
        "calcification. Impression: BI-RADS 1, negative. Repeat in one to two years.",
        {"category": _IMAGING, "code": concept(LOINC, "24606-6", "MG Breast Screening"),
         "valueCodeableConcept": concept(
             SNOMED, "397140005", "Mammography assessment (Category 1) - Negative")})),
    Operation("density", "312681000", "Bone density scan", 0.4, sex="female", ages=(65, 95)),
    Operation("ecg", "29303009", "Electrocardiographic procedure", 0.25, ages=(50, 95),
              report=Report(
        "11524-6", "EKG study",
        "Twelve-lead electrocardiogram. Regular rate, normal axis, no acute ST change. "
        "Impression: no acute abnormality.",
        {"category": _PROCEDURE, "code": concept(LOINC, "8625-6", "P-R Interval"),
         "valueQuantity": quantity(162, "ms")})),
    Operation("spirometry", "127783003", "Spirometry", 0.6, for_illness="asthma", ages=(6, 100)),
    Operation("spirometry", "127783003", "Spirometry", 0.7, for_illness="copd"),
    Operation("pacemaker", "307280005", "Implantation of cardiac pacemaker", 1.0,
              for_illness="fibrillation", is_surgery=True, implant=_PACEMAKER),
    Operation("stent", "415070008", "Percutaneous coronary intervention", 1.2,
              for_illness="coronary", is_surgery=True, implant=_STENT),
    Operation("knee", "609588000", "Total knee replacement", 0.5, for_illness="arthritis",
              ages=(58, 85), is_surgery=True, implant=_KNEE),
    Operation("cataract", "110473004", "Cataract surgery", 0.4, ages=(68, 92), is_surgery=True),
    Operation("gallbladder", "38102005", "Cholecystectomy", 0.02, ages=(25, 75), is_surgery=True),
    Operation("appendix", "80146002", "Appendectomy", 0.012, ages=(10, 60), is_surgery=True),
    Operation("tonsils", "173422009", "Tonsillectomy", 0.03, ages=(4, 10), is_surgery=True),
)  # fmt: skip
