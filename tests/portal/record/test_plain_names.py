"""What tests are called: plain words where the record has nothing but a laboratory's name."""

import pytest

from portal.record.plain_names import plain


def called(code: str, display: str, text: str | None = None) -> str:
    coding = {"system": "http://loinc.org", "code": code, "display": display}
    concept = {"coding": [coding]} | ({"text": text} if text else {})
    return plain(concept, text or display)


@pytest.mark.parametrize(
    ("code", "long", "shown"),
    [
        ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "Hemoglobin A1c"),
        ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "White blood cells"),
        ("1", "Copper [Mass/volume] in Serum or Plasma", "Copper"),
        ("2", "Copper [Mass/volume] in Urine by Test strip", "Copper (Urine)"),
        ("3", "Zinc [Mass/volume] in 24 hour Urine", "Zinc (24 hour Urine)"),
        ("4", "Cholesterol in VLDL [Mass/volume] in Serum", "Cholesterol in VLDL"),
        ("5", "Iron/Transferrin in Serum", "Iron/Transferrin in Serum"),
        ("6", "Progress note", "Progress note"),
    ],
)  # fmt: skip
def test_a_long_name_becomes_plain_words(code: str, long: str, shown: str):
    assert called(code, long) == shown
    assert called(code, long, text=long) == shown


def test_the_words_of_the_practice_stay(db: None):
    assert (
        called("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "Zuckerwert") == "Zuckerwert"
    )


def test_codes_of_others_stay_as_they_are():
    concept = {"coding": [{"system": "urn:lab", "code": "4548-4", "display": "A [b] in Blood"}]}
    assert plain(concept, "A [b] in Blood") == "A [b] in Blood"
