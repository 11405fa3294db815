"""Laboratory tests: analytes with units and reference ranges, and the panels they come in."""

from dataclasses import dataclass, field

from fhirapi.synthetic.concepts import LOINC, SNOMED, Element, concept, quantity

NO_LIMIT = 10_000
"""The upper limit of what cannot be too high."""


@dataclass(frozen=True, slots=True)
class Analyte:
    key: str
    loinc: str
    words: str
    unit: str
    ucum: str
    low: float
    high: float
    decimals: int = 0
    for_women: tuple[float, float] | None = None
    code: Element = field(init=False)
    ranges: dict[str, tuple[float, float, list[Element]]] = field(init=False)
    """By sex: low, high and the FHIR reference range."""

    def __post_init__(self) -> None:
        ranges = {
            "male": self._range(self.low, self.high),
            "female": self._range(*(self.for_women or (self.low, self.high))),
        }
        object.__setattr__(self, "code", concept(LOINC, self.loinc, self.words))
        object.__setattr__(self, "ranges", ranges)

    def _range(self, low: float, high: float) -> tuple[float, float, list[Element]]:
        limits: Element = {}
        if low > 0:
            limits["low"] = quantity(low, self.unit, self.ucum)
        if high < NO_LIMIT:
            limits["high"] = quantity(high, self.unit, self.ucum)
        return (low, high, [limits])


def _serum(what: str) -> str:
    return f"{what} in Serum or Plasma"


def _mass(what: str) -> str:
    return _serum(f"{what} [Mass/volume]")


def _moles(what: str) -> str:
    return _serum(f"{what} [Moles/volume]")


def _enzyme(what: str) -> str:
    return _serum(f"{what} [Enzymatic activity/volume]")


_RED_CELLS = "by Automated count"
_TABLE = (
    Analyte("glucose", "2345-7", _mass("Glucose"), "mg/dL", "mg/dL", 65, 99),
    Analyte("bun", "3094-0", _mass("Urea nitrogen"), "mg/dL", "mg/dL", 7, 20),
    Analyte(
        "creatinine", "2160-0", _mass("Creatinine"), "mg/dL", "mg/dL", 0.74, 1.35, 2, (0.59, 1.04)
    ),
    Analyte(
        "egfr",
        "98979-8",
        "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] "
        "in Serum, Plasma or Blood by Creatinine-based formula (CKD-EPI 2021)",
        "mL/min/{1.73_m2}",
        "mL/min/{1.73_m2}",
        60,
        NO_LIMIT,
    ),
    Analyte("sodium", "2951-2", _moles("Sodium"), "mmol/L", "mmol/L", 135, 145),
    Analyte("potassium", "2823-3", _moles("Potassium"), "mmol/L", "mmol/L", 3.5, 5.1, 1),
    Analyte("chloride", "2075-0", _moles("Chloride"), "mmol/L", "mmol/L", 98, 107),
    Analyte(
        "carbon_dioxide",
        "2028-9",
        _serum("Carbon dioxide, total [Moles/volume]"),
        "mmol/L",
        "mmol/L",
        22,
        29,
    ),
    Analyte("calcium", "17861-6", _mass("Calcium"), "mg/dL", "mg/dL", 8.6, 10.2, 1),
    Analyte("protein", "2885-2", _mass("Protein"), "g/dL", "g/dL", 6.0, 8.3, 1),
    Analyte("albumin", "1751-7", _mass("Albumin"), "g/dL", "g/dL", 3.5, 5.0, 1),
    Analyte("bilirubin", "1975-2", _mass("Bilirubin.total"), "mg/dL", "mg/dL", 0.1, 1.2, 1),
    Analyte("alp", "6768-6", _enzyme("Alkaline phosphatase"), "U/L", "U/L", 40, 129),
    Analyte("alt", "1742-6", _enzyme("Alanine aminotransferase"), "U/L", "U/L", 7, 45),
    Analyte("ast", "1920-8", _enzyme("Aspartate aminotransferase"), "U/L", "U/L", 8, 40),
    Analyte("cholesterol", "2093-3", _mass("Cholesterol"), "mg/dL", "mg/dL", 0, 200),
    Analyte("triglyceride", "2571-8", _mass("Triglyceride"), "mg/dL", "mg/dL", 0, 150),
    Analyte(
        "hdl",
        "2085-9",
        _mass("Cholesterol in HDL"),
        "mg/dL",
        "mg/dL",
        40,
        NO_LIMIT,
        0,
        (50, NO_LIMIT),
    ),
    Analyte(
        "ldl",
        "13457-7",
        f"{_mass('Cholesterol in LDL')} by calculation",
        "mg/dL",
        "mg/dL",
        0,
        100,
    ),
    Analyte("a1c", "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", "%", 4.0, 5.6, 1),
    Analyte("acr", "9318-7", "Albumin/Creatinine [Mass Ratio] in Urine", "mg/g", "mg/g", 0, 30),
    Analyte(
        "tsh", "3016-3", _serum("Thyrotropin [Units/volume]"), "m[IU]/L", "m[IU]/L", 0.4, 4.5, 2
    ),
    Analyte(
        "wbc",
        "6690-2",
        f"Leukocytes [#/volume] in Blood {_RED_CELLS}",
        "10*3/uL",
        "10*3/uL",
        4.0,
        11.0,
        1,
    ),
    Analyte(
        "rbc",
        "789-8",
        f"Erythrocytes [#/volume] in Blood {_RED_CELLS}",
        "10*6/uL",
        "10*6/uL",
        4.35,
        5.65,
        2,
        (3.92, 5.13),
    ),
    Analyte(
        "hemoglobin",
        "718-7",
        "Hemoglobin [Mass/volume] in Blood",
        "g/dL",
        "g/dL",
        13.2,
        16.6,
        1,
        (11.6, 15.0),
    ),
    Analyte(
        "hematocrit",
        "4544-3",
        f"Hematocrit [Volume Fraction] of Blood {_RED_CELLS}",
        "%",
        "%",
        38.3,
        48.6,
        1,
        (35.5, 44.9),
    ),
    Analyte("mcv", "787-2", f"MCV [Entitic volume] {_RED_CELLS}", "fL", "fL", 80, 100, 1),
    Analyte(
        "platelets",
        "777-3",
        f"Platelets [#/volume] in Blood {_RED_CELLS}",
        "10*3/uL",
        "10*3/uL",
        150,
        400,
    ),
    Analyte("ferritin", "2276-4", _mass("Ferritin"), "ng/mL", "ng/mL", 24, 336, 0, (11, 307)),
    Analyte("psa", "2857-1", _mass("Prostate specific Ag"), "ng/mL", "ng/mL", 0, 4.0, 2),
    Analyte("urate", "3084-1", _mass("Urate"), "mg/dL", "mg/dL", 3.7, 8.0, 1, (2.7, 6.1)),
    Analyte("vitamin_d", "1989-3", _mass("25-hydroxyvitamin D3"), "ng/mL", "ng/mL", 20, 50),
    Analyte("lead", "5671-3", "Lead [Mass/volume] in Blood", "ug/dL", "ug/dL", 0, 3.5, 1),
    Analyte(
        "gravity",
        "5811-5",
        "Specific gravity of Urine by Test strip",
        "{s.g.}",
        "{s.g.}",
        1.005,
        1.03,
        3,
    ),
    Analyte("ph", "5803-2", "pH of Urine by Test strip", "[pH]", "[pH]", 5.0, 8.0, 1),
)
ANALYTES = {analyte.key: analyte for analyte in _TABLE}


@dataclass(frozen=True, slots=True)
class Finding:
    """A result in words."""

    loinc: str
    words: str
    usual: Element | str
    abnormal: Element | str
    code: Element = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", concept(LOINC, self.loinc, self.words))


_NEGATIVE = concept(SNOMED, "260385009", "Negative")
_POSITIVE = concept(SNOMED, "10828004", "Positive")
_NOT_DETECTED = concept(SNOMED, "260415000", "Not detected")
_DETECTED = concept(SNOMED, "260373001", "Detected")
FINDINGS = {
    "strep": Finding("78012-2", "Streptococcus pyogenes Ag [Presence] in Throat by Rapid "
                     "immunoassay", _NEGATIVE, _POSITIVE),
    "covid": Finding("94500-6", "SARS-CoV-2 (COVID-19) RNA [Presence] in Respiratory system "
                     "specimen by NAA with probe detection", _NOT_DETECTED, _DETECTED),
    "influenza": Finding("80382-5", "Influenza virus A Ag [Presence] in Upper respiratory specimen "
                         "by Rapid immunoassay", _NEGATIVE, _POSITIVE),
    "color": Finding("5778-6", "Color of Urine", "Yellow", "Dark yellow"),
    "nitrite": Finding("5802-4", "Nitrite [Presence] in Urine by Test strip", _NEGATIVE, _POSITIVE),
    "esterase": Finding("5799-2", "Leukocyte esterase [Presence] in Urine by Test strip",
                        _NEGATIVE, _POSITIVE),
    "culture": Finding("630-4", "Bacteria identified in Urine by Culture",
                       concept(SNOMED, "264868006", "No growth"),
                       concept(SNOMED, "112283007", "Escherichia coli")),
}  # fmt: skip
BLOOD = concept(SNOMED, "119297000", "Blood specimen")
_URINE = concept(SNOMED, "122575003", "Urine specimen")
_THROAT = concept(SNOMED, "258529004", "Throat swab")
_NOSE = concept(SNOMED, "258500001", "Nasopharyngeal swab")


@dataclass(frozen=True, slots=True)
class Panel:
    key: str
    code: Element
    specimen: Element
    analytes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    is_done_here: bool = False
    """In the practice while the patient waits, not at the laboratory."""


def _panel(
    key: str, loinc: str, words: str, analytes: str = "", findings: str = "", *,
    specimen: Element = BLOOD, is_done_here: bool = False,
) -> Panel:  # fmt: skip
    code = concept(LOINC, loinc, words)
    return Panel(
        key, code, specimen, tuple(analytes.split()), tuple(findings.split()), is_done_here
    )


def _single(key: str, *, specimen: Element = BLOOD) -> Panel:
    return Panel(key, ANALYTES[key].code, specimen, (key,))


def _rapid(key: str, specimen: Element) -> Panel:
    return Panel(key, FINDINGS[key].code, specimen, (), (key,), is_done_here=True)


_BASIC = "glucose bun creatinine egfr sodium potassium chloride carbon_dioxide calcium"
_PANELS = (
    _panel("bmp", "51990-0", "Basic metabolic panel - Blood", _BASIC),
    _panel("cmp", "24323-8", "Comprehensive metabolic 2000 panel - Serum or Plasma",
           f"{_BASIC} protein albumin bilirubin alp alt ast"),
    _panel("lipid", "24331-1", "Lipid 1996 panel - Serum or Plasma",
           "cholesterol triglyceride hdl ldl"),
    _panel("cbc", "58410-2", "CBC panel - Blood by Automated count",
           "wbc rbc hemoglobin hematocrit mcv platelets"),
    _panel("urinalysis", "24356-8", "Urinalysis complete panel - Urine", "gravity ph",
           "color nitrite esterase", specimen=_URINE, is_done_here=True),
    _panel("urine_culture", "630-4", "Bacteria identified in Urine by Culture", "", "culture",
           specimen=_URINE),
    _single("a1c"), _single("acr", specimen=_URINE), _single("tsh"), _single("ferritin"),
    _single("psa"), _single("urate"), _single("vitamin_d"), _single("lead"),
    _rapid("strep", _THROAT), _rapid("covid", _NOSE), _rapid("influenza", _NOSE),
)  # fmt: skip
PANELS = {panel.key: panel for panel in _PANELS}
