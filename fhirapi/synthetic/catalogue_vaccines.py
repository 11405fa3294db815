"""Vaccines by CVX code and the ages at which they are due (CDC schedules)."""

from dataclasses import dataclass, field

from fhirapi.synthetic.concepts import CVX, Element, concept


@dataclass(frozen=True, slots=True)
class Vaccine:
    cvx: str
    words: str
    series: str
    code: Element = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", concept(CVX, self.cvx, self.words))


_HEPATITIS_B = Vaccine("08", "Hep B, adolescent or pediatric", "Hepatitis B")
_ROTAVIRUS = Vaccine("116", "rotavirus, pentavalent", "Rotavirus")
_DTAP = Vaccine("20", "DTaP", "Diphtheria, tetanus, pertussis")
_HIB = Vaccine("49", "Hib (PRP-OMP)", "Haemophilus influenzae type b")
_PCV13 = Vaccine("133", "Pneumococcal conjugate PCV 13", "Pneumococcal")
_POLIO = Vaccine("10", "IPV", "Polio")
_MMR = Vaccine("03", "MMR", "Measles, mumps, rubella")
_VARICELLA = Vaccine("21", "varicella", "Varicella")
_HEPATITIS_A = Vaccine("83", "Hep A, ped/adol, 2 dose", "Hepatitis A")
_HPV = Vaccine("165", "HPV9", "Human papillomavirus")
_MENINGOCOCCAL = Vaccine("114", "meningococcal MCV4P", "Meningococcal")
TDAP = Vaccine("115", "Tdap", "Tetanus, diphtheria, pertussis")
ZOSTER = Vaccine("187", "zoster recombinant", "Shingles")
PCV20 = Vaccine("216", "Pneumococcal conjugate PCV20, polysaccharide CRM197 conjugate, "
                "adjuvant, PF", "Pneumococcal")  # fmt: skip
PPSV23 = Vaccine("33", "pneumococcal polysaccharide PPV23", "Pneumococcal")
INFLUENZA_QUADRIVALENT = Vaccine("150", "influenza, injectable, quadrivalent, preservative free",
                                 "Influenza")  # fmt: skip
INFLUENZA_TRIVALENT = Vaccine("140", "Influenza, split virus, trivalent, PF", "Influenza")
INFLUENZA_HIGH_DOSE = Vaccine("135", "Influenza, high-dose, trivalent, PF", "Influenza")
INFLUENZA_HIGH_DOSE_QUADRIVALENT = Vaccine("197", "influenza, high-dose, quadrivalent, PF",
                                           "Influenza")  # fmt: skip
COVID_FIRST = Vaccine("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose", "COVID-19")
COVID_LATER = Vaccine("309", "COVID-19, mRNA, LNP-S, PF, tris-sucrose, 30 mcg/0.3 mL", "COVID-19")

CHILDHOOD: tuple[tuple[Vaccine, tuple[int, ...]], ...] = (
    (_HEPATITIS_B, (4, 30, 183)),
    (_ROTAVIRUS, (61, 122, 183)),
    (_DTAP, (61, 122, 183, 456, 1500)),
    (_HIB, (61, 122, 365)),
    (_PCV13, (61, 122, 183, 365)),
    (_POLIO, (61, 122, 183, 1500)),
    (_MMR, (365, 1500)),
    (_VARICELLA, (365, 1500)),
    (_HEPATITIS_A, (365, 548)),
    (TDAP, (4020,)),
    (_HPV, (4020, 4250)),
    (_MENINGOCOCCAL, (4020, 5850)),
)
"""Days of age at which each dose is due."""
