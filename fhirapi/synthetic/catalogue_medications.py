"""Medicines by RxNorm, with how they are taken and dispensed."""

from dataclasses import dataclass, field

from fhirapi.synthetic.concepts import RXNORM, SNOMED, Element, coding, concept, quantity

_ROUTES = {
    "oral": concept(SNOMED, "26643006", "Oral route"),
    "inhaled": concept(SNOMED, "447694001", "Respiratory tract route"),
    "skin": concept(SNOMED, "6064005", "Topical route"),
}
_DOSE_FORMS = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"


@dataclass(frozen=True, slots=True)
class Drug:
    key: str
    rxnorm: str
    words: str
    sig: str
    times: int
    """A day."""
    amount: float = 1
    unit: str = "tablet"
    route: str = "oral"
    is_as_needed: bool = False
    days: int = 90
    """One supply; a course of treatment where it is less than 30."""
    supply: float | None = None
    """How much is dispensed, where it is not times x amount x days."""
    refills: int = 3
    has_product: bool = False
    """Referred to as a Medication resource, not by code."""
    code: Element = field(init=False)
    dosage: list[Element] = field(init=False)
    quantity: Element = field(init=False)
    period: Element = field(init=False)

    def __post_init__(self) -> None:
        supply = self.supply or self.times * self.amount * self.days
        set_once = object.__setattr__
        set_once(self, "code", concept(RXNORM, self.rxnorm, self.words))
        set_once(self, "dosage", [self._dosage()])
        set_once(self, "quantity", self._quantity(supply))
        set_once(self, "period", quantity(self.days, "days", "d"))

    @property
    def is_course(self) -> bool:
        """Taken for some days and then over."""
        return self.days < 30

    @property
    def product_id(self) -> str:
        return f"med-{self.rxnorm}"

    def _dosage(self) -> Element:
        timing: Element = {"frequency": self.times, "period": 1, "periodUnit": "d"}
        dosage: Element = {"sequence": 1, "text": self.sig, "timing": {"repeat": timing}}
        if self.is_as_needed:
            dosage["asNeededBoolean"] = True
        dosage["route"] = _ROUTES[self.route]
        dose_type = coding(
            "http://terminology.hl7.org/CodeSystem/dose-rate-type", "ordered", "Ordered"
        )
        dosage["doseAndRate"] = [
            {"type": {"coding": [dose_type]}, "doseQuantity": self._quantity(self.amount)}
        ]
        return dosage

    def _quantity(self, value: float) -> Element:
        whole = int(value) if value == int(value) else value
        if self.unit == "mL":
            return quantity(whole, "mL")
        form = {"tablet": "TAB", "capsule": "CAP", "puff": "PUFF"}.get(self.unit)
        if form:
            return {"value": whole, "unit": self.unit, "system": _DOSE_FORMS, "code": form}
        return quantity(whole, self.unit)


_DAILY = "Take 1 tablet by mouth once daily"
_TABLE = (
    Drug("lisinopril", "314076", "lisinopril 10 MG Oral Tablet", _DAILY, 1),
    Drug("losartan", "979492", "losartan potassium 50 MG Oral Tablet", _DAILY, 1),
    Drug("amlodipine", "197361", "amlodipine 5 MG Oral Tablet", _DAILY, 1),
    Drug("metformin", "861007", "metformin hydrochloride 500 MG Oral Tablet",
         "Take 1 tablet by mouth twice daily with meals", 2),
    Drug("metformin_er", "860975", "24 HR metformin hydrochloride 500 MG Extended Release Oral "
         "Tablet", "Take 2 tablets by mouth once daily with the evening meal", 1, 2),
    Drug("atorvastatin", "617310", "atorvastatin 20 MG Oral Tablet",
         "Take 1 tablet by mouth once daily at bedtime", 1),
    Drug("simvastatin", "312961", "simvastatin 20 MG Oral Tablet",
         "Take 1 tablet by mouth once daily at bedtime", 1),
    Drug("aspirin", "243670", "aspirin 81 MG Oral Tablet", _DAILY, 1),
    Drug("metoprolol", "866436", "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet",
         _DAILY, 1),
    Drug("apixaban", "1364445", "apixaban 5 MG Oral Tablet", "Take 1 tablet by mouth twice daily",
         2, has_product=True),
    Drug("warfarin", "855332", "warfarin sodium 5 MG Oral Tablet",
         "Take 1 tablet by mouth once daily in the evening", 1),
    Drug("furosemide", "313988", "furosemide 40 MG Oral Tablet",
         "Take 1 tablet by mouth once daily in the morning", 1),
    Drug("levothyroxine", "966221", "levothyroxine sodium 0.05 MG Oral Tablet",
         "Take 1 tablet by mouth once daily on an empty stomach", 1),
    Drug("sertraline", "312941", "sertraline 50 MG Oral Tablet", _DAILY, 1),
    Drug("escitalopram", "349332", "escitalopram 10 MG Oral Tablet", _DAILY, 1),
    Drug("omeprazole", "198051", "omeprazole 20 MG Delayed Release Oral Capsule",
         "Take 1 capsule by mouth once daily before breakfast", 1, unit="capsule"),
    Drug("pantoprazole", "314200", "pantoprazole 40 MG Delayed Release Oral Tablet",
         "Take 1 tablet by mouth once daily before breakfast", 1),
    Drug("alendronate", "904419", "alendronic acid 10 MG Oral Tablet",
         "Take 1 tablet by mouth once daily with a full glass of water; stay upright", 1),
    Drug("sumatriptan", "313161", "sumatriptan 50 MG Oral Tablet",
         "Take 1 tablet by mouth at the first sign of migraine", 1, is_as_needed=True, supply=9),
    Drug("tamsulosin", "863669", "tamsulosin hydrochloride 0.4 MG Oral Capsule",
         "Take 1 capsule by mouth once daily after the same meal", 1, unit="capsule"),
    Drug("allopurinol", "197319", "allopurinol 100 MG Oral Tablet", _DAILY, 1),
    Drug("iron", "310325", "ferrous sulfate 325 MG Oral Tablet", _DAILY, 1),
    Drug("albuterol", "745679", "200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
         "Inhale 2 puffs every 4 to 6 hours as needed for wheezing", 4, 2, "puff", "inhaled",
         is_as_needed=True, supply=200, has_product=True),
    Drug("fluticasone", "895994",
         "120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler",
         "Inhale 2 puffs twice daily; rinse the mouth afterwards", 2, 2, "puff", "inhaled",
         days=30, supply=120, refills=5, has_product=True),
    Drug("cetirizine", "1014678", "cetirizine hydrochloride 10 MG Oral Tablet",
         "Take 1 tablet by mouth once daily as needed for allergies", 1, is_as_needed=True),
    Drug("loratadine", "311372", "loratadine 10 MG Oral Tablet",
         "Take 1 tablet by mouth once daily as needed for allergies", 1, is_as_needed=True),
    Drug("hydrocortisone", "106258", "hydrocortisone 10 MG/ML Topical Cream",
         "Apply a thin layer to the affected skin twice daily", 2, 1, "g", "skin", days=14,
         supply=30, refills=1),
    Drug("methylphenidate", "1091392", "methylphenidate hydrochloride 20 MG Oral Tablet",
         "Take 1 tablet by mouth once daily in the morning", 1, days=30, refills=0),
    Drug("acetaminophen", "313782", "acetaminophen 325 MG Oral Tablet",
         "Take 2 tablets by mouth every 6 hours as needed for pain", 4, 2, is_as_needed=True,
         supply=100, refills=1),
    Drug("ibuprofen", "310965", "ibuprofen 200 MG Oral Tablet",
         "Take 2 tablets by mouth every 8 hours with food as needed for pain", 3, 2,
         is_as_needed=True, days=10, refills=0),
    Drug("naproxen", "198014", "naproxen 500 MG Oral Tablet",
         "Take 1 tablet by mouth twice daily with food as needed for pain", 2, is_as_needed=True,
         days=28, refills=1),
    Drug("amoxicillin", "308191", "amoxicillin 500 MG Oral Capsule",
         "Take 1 capsule by mouth three times daily for 10 days", 3, unit="capsule", days=10,
         refills=0),
    Drug("amoxicillin_suspension", "308189", "amoxicillin 80 MG/ML Oral Suspension",
         "Give 5 mL by mouth twice daily for 10 days", 2, 5, "mL", days=10, refills=0),
    Drug("azithromycin", "308460", "azithromycin 250 MG Oral Tablet",
         "Take 2 tablets on the first day, then 1 tablet daily for 4 days", 1, days=5, supply=6,
         refills=0),
    Drug("azithromycin_suspension", "141963", "azithromycin 40 MG/ML Oral Suspension",
         "Give 4 mL by mouth once daily for 5 days", 1, 4, "mL", days=5, refills=0),
    Drug("ibuprofen_suspension", "197803", "ibuprofen 20 MG/ML Oral Suspension",
         "Give 10 mL by mouth every 8 hours with food as needed for pain", 3, 10, "mL",
         is_as_needed=True, days=5, refills=0),
    Drug("nitrofurantoin", "1648755", "nitrofurantoin, macrocrystals 25 MG / nitrofurantoin, "
         "monohydrate 75 MG Oral Capsule", "Take 1 capsule by mouth twice daily for 5 days", 2,
         unit="capsule", days=5, refills=0),
)  # fmt: skip
DRUGS = {drug.key: drug for drug in _TABLE}
FOR_SMALL_CHILDREN = {
    "amoxicillin": "amoxicillin_suspension",
    "azithromycin": "azithromycin_suspension",
    "ibuprofen": "ibuprofen_suspension",
}
WITHOUT_PENICILLIN = {
    "amoxicillin": "azithromycin",
    "amoxicillin_suspension": "azithromycin_suspension",
}
