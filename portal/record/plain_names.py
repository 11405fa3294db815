"""What people call a test whose name LOINC wrote for laboratories.

LOINC's long common names say property, specimen and method: "Leukocytes [#/volume] in Blood by
Automated count". Such a name becomes the words of this table, or what is left of it without those
parts; the long one stays in the small print. What a practice wrote itself is left as it is.
https://loinc.org/kb/users-guide/loinc-database-structure/
"""

import re
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhirapi.searchparams.paths import values
from fhirapi.searchparams.string import fold

LOINC = "http://loinc.org"

NAMES: dict[str, Promise] = {
    # Metabolic panel
    "2345-7": _("Glucose (blood sugar)"), "2339-0": _("Glucose (blood sugar)"),
    "1558-6": _("Glucose, fasting"),
    "3094-0": _("Urea nitrogen (BUN)"), "2160-0": _("Creatinine"),
    "98979-8": _("Kidney function (eGFR)"), "33914-3": _("Kidney function (eGFR)"),
    "2951-2": _("Sodium"), "2823-3": _("Potassium"), "2075-0": _("Chloride"),
    "2028-9": _("Carbon dioxide (bicarbonate)"), "17861-6": _("Calcium"),
    "2885-2": _("Protein, total"), "1751-7": _("Albumin"), "1975-2": _("Bilirubin, total"),
    "6768-6": _("Alkaline phosphatase (ALP)"), "1742-6": _("ALT (liver enzyme)"),
    "1920-8": _("AST (liver enzyme)"),
    # Lipids
    "2093-3": _("Cholesterol, total"), "2571-8": _("Triglycerides"),
    "2085-9": _("HDL cholesterol"), "13457-7": _("LDL cholesterol (calculated)"),
    "18262-6": _("LDL cholesterol (measured)"),
    # Blood count
    "6690-2": _("White blood cells"), "789-8": _("Red blood cells"), "718-7": _("Hemoglobin"),
    "4544-3": _("Hematocrit"), "787-2": _("Size of red blood cells (MCV)"),
    "777-3": _("Platelets"),
    # Others of blood
    "4548-4": _("Hemoglobin A1c"), "3016-3": _("Thyroid (TSH)"),
    "2276-4": _("Ferritin (iron store)"), "2857-1": _("PSA (prostate)"), "3084-1": _("Uric acid"),
    "1989-3": _("Vitamin D"), "5671-3": _("Lead in blood"),
    # Urine and swabs
    "5811-5": _("Specific gravity of urine"), "5803-2": _("pH of urine"),
    "5778-6": _("Color of urine"), "5802-4": _("Nitrite in urine"),
    "5799-2": _("White blood cells in urine (esterase)"), "630-4": _("Urine culture"),
    "9318-7": _("Albumin/creatinine in urine"),
    "78012-2": _("Strep throat, rapid test"), "94500-6": _("COVID-19, PCR test"),
    "80382-5": _("Influenza A, rapid test"),
    # Panels, as reports and orders name them
    "51990-0": _("Basic metabolic panel"), "24323-8": _("Comprehensive metabolic panel"),
    "58410-2": _("Blood count (CBC)"), "24331-1": _("Cholesterol and lipids"),
    "24356-8": _("Urine test"),
    # Vital signs
    "85354-9": _("Blood pressure"), "96607-7": _("Blood pressure, average"),
    "59408-5": _("Oxygen saturation"), "2708-6": _("Oxygen saturation"),
}  # fmt: skip

# "What [property] in Specimen by Method"; without brackets it is not such a name.
_LONG = re.compile(
    r"(?P<what>.+?) \[[^\]]+\](?: (?:in|of) (?P<where>.+?))?(?: by .+| --.+)?", re.DOTALL
)
_BLOOD = {"serum", "plasma", "blood"}


def plain(concept: dict[str, Any], name: str) -> str:
    """``name``: how the record calls the concept. Itself, where it is nobody's long name."""
    codings = [each for each in values({"x": concept}, "x.coding") if each.get("system") == LOINC]
    for coding in codings:
        if name not in (coding.get("display"), coding.get("code")):
            continue
        if known := NAMES.get(coding.get("code", "")):
            return str(known)
        return _shortened(name)
    return name


def searched(word: str) -> list[str]:
    """LOINC codes of the tests in whose plain names the word stands, folded as it is."""
    return [code for code, name in NAMES.items() if word in fold(str(name))]


def _shortened(name: str) -> str:
    found = _LONG.fullmatch(name)
    if found is None:
        return name
    where = found["where"] or ""
    is_of_blood = set(re.findall(r"\w+", where.lower())) <= {*_BLOOD, "or"}
    return found["what"] if is_of_blood else f"{found['what']} ({where})"
