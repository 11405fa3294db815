"""Procedures: what they are called, for whom, and what is implanted or reported."""

from dataclasses import dataclass, field

from fhirapi.synthetic import notes
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


CARDIOLOGY = concept(LOINC, "LP29708-2", "Cardiology")
PATHOLOGY = concept(LOINC, "LP7839-6", "Pathology")
RADIOLOGY = concept(LOINC, "LP29684-5", "Radiology")


@dataclass(frozen=True, slots=True)
class Report:
    loinc: str
    words: str
    category: Element
    text: str
    result: Element
    """Observation elements of the result: category, code and value."""
    document: Element | None = None
    """Type of the document that carries the report as well."""
    tissue: Element | None = None
    """Where what was looked at was taken from."""
    has_trace: bool = False
    """A picture comes with it."""
    code: Element = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", concept(LOINC, self.loinc, self.words))


def _category(code: str, words: str) -> list[Element]:
    return [concept(f"{HL7}observation-category", code, words)]


_IMAGING, _PROCEDURE = _category("imaging", "Imaging"), _category("procedure", "Procedure")
_LABORATORY = _category("laboratory", "Laboratory")
_DIAGNOSIS = concept(LOINC, "22637-3", "Pathology report final diagnosis Narrative")


def _imaging(loinc: str, words: str, text: str, value: Element) -> Report:
    result = {"category": _IMAGING, "code": concept(LOINC, loinc, words), **value}
    return Report(loinc, words, RADIOLOGY, text, result, document=notes.IMAGING)


def _pathology(site: str, site_words: str, seen: str, diagnosis: str) -> Report:
    result = {"category": _LABORATORY, "code": _DIAGNOSIS, "valueString": diagnosis}
    text = f"{seen} Impression: {diagnosis}"
    tissue = concept(SNOMED, site, site_words)
    return Report(
        "11526-1", "Pathology study", PATHOLOGY, text, result,
        document=notes.PATHOLOGY, tissue=tissue,
    )  # fmt: skip


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
    is_imaging: bool = False
    is_in_office: bool = False
    """Done during the visit."""
    implant: Implant | None = None
    report: Report | None = None
    note: str | None = None
    """How it went, in words."""
    code: Element = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", concept(SNOMED, self.snomed, self.words))


_PACEMAKER = Implant("14106009", "Cardiac pacemaker", "00999990000017", "Meridian Cardiac",
                     "Rhythm DR 220")  # fmt: skip
_KNEE = Implant("304120007", "Total knee replacement prosthesis", "00999990000024",
                "Keystone Orthopedics", "Glide TK-4")  # fmt: skip
_STENT = Implant("705643001", "Coronary artery stent", "00999990000031", "Meridian Cardiac",
                 "Flexa 3.0")  # fmt: skip
_EKG = Report(
    "11524-6", "EKG study", CARDIOLOGY,
    "Twelve-lead electrocardiogram. Regular rate, normal axis, no acute ST change. "
    "Impression: no acute abnormality.",
    {"category": _PROCEDURE, "code": concept(LOINC, "8625-6", "P-R Interval"),
     "valueQuantity": quantity(162, "ms")},
    has_trace=True,
)  # fmt: skip
OPERATIONS = (
    Operation("colonoscopy", "73761001", "Colonoscopy", 0.3, ages=(45, 80), report=_pathology(
        "71854001", "Colon structure",
        "Polyp of 4 mm, removed at colonoscopy; one piece of tan tissue.",
        "Tubular adenoma without high-grade dysplasia."),
        note="Seen to the cecum, preparation good. One polyp of 4 mm removed with cold forceps. "
        "No bleeding."),
    Operation("mammogram", "71651007", "Mammography", 0.5, sex="female", ages=(40, 78),
              is_imaging=True, report=_imaging(
        "24606-6", "MG Breast Screening",
        "Bilateral screening mammogram. Scattered fibroglandular density. No suspicious mass or "
        "calcification. Impression: BI-RADS 1, negative. Repeat in one to two years.",
        {"valueCodeableConcept": concept(
             SNOMED, "397140005", "Mammography assessment (Category 1) - Negative")})),
    Operation("density", "312681000", "Bone density scan", 0.4, sex="female", ages=(65, 95),
              is_imaging=True, report=_imaging(
        "38269-7", "DXA Skeletal system Views for bone density",
        "Bone density of spine and hip by DXA. Lowest T-score -1.4. "
        "Impression: low bone mass, no osteoporosis.",
        {"valueString": "Lowest T-score -1.4"})),
    Operation("chest", "399208008", "Plain chest X-ray", 0.6, for_illness="copd",
              is_imaging=True, report=_imaging(
        "36643-5", "XR Chest 2 Views",
        "Two views of the chest. Lungs hyperinflated, no infiltrate, no effusion. Heart size "
        "normal. Impression: no acute finding.",
        {"valueString": "Hyperinflated lungs, no infiltrate"})),
    Operation("ecg", "29303009", "Electrocardiographic procedure", 0.35, ages=(50, 95),
              is_in_office=True, report=_EKG),
    Operation("spirometry", "127783003", "Spirometry", 0.6, for_illness="asthma", ages=(6, 100),
              is_in_office=True),
    Operation("spirometry", "127783003", "Spirometry", 0.7, for_illness="copd",
              is_in_office=True),
    Operation("pacemaker", "307280005", "Implantation of cardiac pacemaker", 1.6,
              for_illness="fibrillation", is_surgery=True, implant=_PACEMAKER,
              note="Dual chamber pacemaker placed through the left cephalic vein. Both leads with "
              "good sensing and threshold."),
    Operation("stent", "415070008", "Percutaneous coronary intervention", 2.0,
              for_illness="coronary", is_surgery=True, implant=_STENT,
              note="Stenosis of 85 percent in the proximal anterior descending artery; one stent. "
              "Good flow afterwards."),
    Operation("knee", "609588000", "Total knee replacement", 0.7, for_illness="arthritis",
              ages=(58, 85), is_surgery=True, implant=_KNEE,
              note="Cemented total knee replacement, spinal anesthesia. Stable through the full "
              "range of motion."),
    Operation("cataract", "110473004", "Cataract surgery", 0.4, ages=(68, 92), is_surgery=True,
              note="Phacoemulsification under topical anesthesia, lens in the bag."),
    Operation("gallbladder", "38102005", "Cholecystectomy", 0.02, ages=(25, 75), is_surgery=True,
              report=_pathology("28231008", "Gallbladder structure", "Gallbladder with stones.",
                                "Chronic cholecystitis with cholelithiasis."),
              note="Laparoscopic, gallbladder removed whole, no bile leak."),
    Operation("appendix", "80146002", "Appendectomy", 0.012, ages=(10, 60), is_surgery=True,
              report=_pathology("66754008", "Appendix structure", "Appendix, 7 cm.",
                                "Acute appendicitis without perforation."),
              note="Laparoscopic, inflamed appendix removed, no perforation."),
    Operation("tonsils", "173422009", "Tonsillectomy", 0.03, ages=(4, 10), is_surgery=True,
              note="Both tonsils removed, no bleeding at the end."),
)  # fmt: skip
