"""Height, weight and vital signs that follow from age, sex and the illnesses of the story."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from math import erf, exp, log, sqrt
from random import Random

from fhirapi.synthetic.course import Life

# Median growth by age in years, read off the CDC charts: height in cm, BMI, head in cm.
_AGES = (0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_HEIGHTS = {
    "female": (49.3, 59.5, 65.7, 74.0, 80.5, 85.5, 94.2, 101, 107.9, 115, 121.8, 127.8, 133.1,
               138.2, 144, 151.2, 157.4, 160.5, 162, 162.6, 163, 163.2),
    "male": (50, 61, 67.4, 75.7, 82.3, 86.8, 95.7, 102.5, 109, 115.4, 121.9, 128, 133.5, 138.4,
             143.5, 149, 156, 164, 170, 173.5, 175.6, 176.6),
}  # fmt: skip
_BMIS = (13.6, 16.6, 17.3, 17.2, 16.8, 16.5, 16.0, 15.6, 15.4, 15.4, 15.5, 15.8, 16.2, 16.6, 17.2,
         17.8, 18.4, 19.1, 19.8, 20.5, 21.1, 21.7)  # fmt: skip
_HEADS = (35, 40.5, 43.3, 46.3, 47.6, 48.5, 49.5)
_HEIGHT_SPREAD, _BMI_SPREAD, _HEAD_SPREAD = 0.042, 0.1, 0.03


def _at(values: tuple[float, ...], age: float) -> float:
    """The value at an age, on the straight line between the two nearest of the table."""
    last = min(len(values), len(_AGES)) - 1
    right = bisect_right(_AGES, age)
    if right > last:
        return values[last]
    below, above = _AGES[right - 1], _AGES[right]
    share = (age - below) / (above - below)
    return values[right - 1] + share * (values[right] - values[right - 1])


def percentile(z_score: float) -> int:
    return min(99, max(1, round(50 * (1 + erf(z_score / sqrt(2))))))


@dataclass(frozen=True, slots=True)
class Pressure:
    systolic: int
    diastolic: int


class Body:
    """One patient's build; what is measured differs a little from day to day."""

    def __init__(self, dice: Random, life: Life) -> None:
        self._dice = dice
        self._life = life
        self._birth = life.person.birth
        self._heights = _HEIGHTS[life.person.sex]
        self._height_z = max(-2.2, min(2.2, dice.gauss(0, 1)))
        self._head_z = max(-2.2, min(2.2, dice.gauss(0, 1)))
        target = dice.gauss(26, 3)
        if "obesity" in life.by_key:
            target = max(31, dice.gauss(34, 2.5))
        self._adult_bmi = min(46, max(18.6, target))
        self._bmi_z = max(-2.0, min(2.4, (self._adult_bmi - 26) / 4))
        self._pressure = dice.gauss(0, 5)
        self._pulse = dice.gauss(0, 6)

    def age(self, day: date) -> float:
        return (day - self._birth).days / 365.25

    def height(self, day: date) -> float:
        age = self.age(day)
        height = _at(self._heights, age) * (1 + _HEIGHT_SPREAD * self._height_z)
        return round(height - 0.08 * max(0.0, age - 60), 1)

    def weight(self, day: date, height: float) -> float:
        bmi = self._bmi(self.age(day)) * (1 + self._dice.gauss(0, 0.012))
        return round(bmi * (height / 100) ** 2, 1)

    def _bmi(self, age: float) -> float:
        young = _at(_BMIS, age) * exp(_BMI_SPREAD * self._bmi_z)
        if age <= 18:
            return young
        return young + (self._adult_bmi - young) * min(1.0, (age - 18) / 15)

    def bmi_percentile(self, age: float, bmi: float) -> int:
        return percentile(log(bmi / _at(_BMIS, age)) / _BMI_SPREAD)

    def weight_for_height_percentile(self, day: date, weight: float, height: float) -> int:
        usual = _at(_BMIS, self.age(day)) * (height / 100) ** 2
        return percentile(log(weight / usual) / _BMI_SPREAD)

    def head(self, day: date) -> float:
        return round(_at(_HEADS, self.age(day)) * (1 + _HEAD_SPREAD * self._head_z), 1)

    def head_percentile(self) -> int:
        return percentile(self._head_z)

    def pressure(self, day: date) -> Pressure:
        age = self.age(day)
        systolic = 88 + age * 1.7 if age < 18 else 115 + (age - 30) * 0.18
        hypertension = self._life.by_key.get("hypertension")
        if hypertension and hypertension.treated_from and hypertension.is_active_on(day):
            # The tablets take some months to work.
            months = (day - hypertension.treated_from).days / 30
            systolic += 26 - 18 * min(1.0, max(0.0, months / 8))
        systolic += self._pressure + self._dice.gauss(0, 4)
        diastolic = 0.42 * systolic + 25 + self._dice.gauss(0, 3)
        return Pressure(round(systolic), round(min(diastolic, systolic - 22)))

    def pulse(self, day: date, *, is_feverish: bool) -> int:
        age = self.age(day)
        usual = 135 - 9 * age if age < 6 else 84 - (age - 6) if age < 16 else 73
        if self._life.has("fibrillation", day):
            usual += 9
        return round(usual + self._pulse + 14 * is_feverish + self._dice.gauss(0, 4))

    def breaths(self, day: date, *, is_feverish: bool) -> int:
        age = self.age(day)
        usual = 36 - 5 * age if age < 3 else 22 - 0.5 * (age - 3) if age < 14 else 15
        if self._life.has("copd", day):
            usual += 3
        return round(usual + 3 * is_feverish + self._dice.gauss(0, 1))

    def temperature(self, *, is_feverish: bool) -> float:
        return round((38.4 if is_feverish else 36.7) + self._dice.gauss(0, 0.22), 1)

    def saturation(self, day: date, *, is_short_of_breath: bool) -> int:
        usual = 93.0 if self._life.has("copd", day) else 98.0
        return min(100, round(usual - 3.5 * is_short_of_breath + self._dice.gauss(0, 0.8)))
