"""What the laboratory would find: values that follow the illnesses and their treatment."""

from collections.abc import Callable
from datetime import date
from math import exp
from random import Random

from fhirapi.synthetic.catalogue_labs import ANALYTES, Analyte
from fhirapi.synthetic.course import Life


class Chemistry:
    """One patient's blood and urine; each analyte has a set-point of its own."""

    def __init__(self, dice: Random, life: Life) -> None:
        self._dice = dice
        self._life = life
        self._sex = life.person.sex
        self._set_points: dict[str, float] = {}
        self._special: dict[str, Callable[[date], float]] = {
            "a1c": self._a1c,
            "acr": self._acr,
            "creatinine": self._creatinine,
            "hdl": lambda day: self._spread("hdl", 46 if self._sex == "male" else 57, 9, 2),
            "hemoglobin": self._hemoglobin,
            "ferritin": self._ferritin,
            "lead": lambda day: abs(self._spread("lead", 1.1, 0.5, 0.2)),
            "psa": self._psa,
            "triglyceride": self._triglyceride,
            "tsh": self._tsh,
            "urate": self._urate,
            "vitamin_d": lambda day: self._spread("vitamin_d", 31, 6, 2),
        }

    def values(self, keys: tuple[str, ...], day: date) -> dict[str, float]:
        """Values of a panel on a day; what is calculated agrees with what it is calculated from."""
        found: dict[str, float] = {}
        for key in keys:
            found[key] = self._rounded(ANALYTES[key], self._value(key, day, found))
        return found

    def _rounded(self, analyte: Analyte, value: float) -> float:
        return round(value, analyte.decimals) if analyte.decimals else int(value + 0.5)

    def _value(self, key: str, day: date, known: dict[str, float]) -> float:
        calculated = _CALCULATED.get(key)
        if calculated:
            return calculated(self, day, known)
        special = self._special.get(key)
        return special(day) if special else self._usual(ANALYTES[key])

    def _usual(self, analyte: Analyte) -> float:
        low, high, _ = analyte.ranges[self._sex]
        return self._spread(analyte.key, (low + high) / 2, (high - low) * 0.18, (high - low) * 0.09)

    def _spread(self, key: str, usual: float, between: float, within: float) -> float:
        """Around a set-point that differs between people, and a little from day to day."""
        set_point = self._set_points.get(key)
        if set_point is None:
            drawn = max(-2.0, min(2.0, self._dice.gauss(0, 1)))
            set_point = self._set_points[key] = drawn * between
        return usual + set_point + self._dice.gauss(0, within)

    def _untreated(self, key: str, day: date, months: float) -> float | None:
        """None without the illness; 1 when treatment begins, towards 0 as the treatment works."""
        problem = self._life.by_key.get(key)
        if problem is None or problem.treated_from is None or not problem.is_active_on(day):
            return None
        treated = (day - problem.treated_from).days / 30
        return exp(-max(0.0, treated) / months)

    def _a1c(self, day: date) -> float:
        untreated = self._untreated("diabetes", day, 5)
        if untreated is not None:
            return self._spread("a1c", 6.9 + 1.9 * untreated, 0.35, 0.15)
        if self._life.has("prediabetes", day):
            return 6.0 + self._dice.gauss(0, 0.12)
        return 5.3 + self._dice.gauss(0, 0.1)

    def _glucose(self, day: date, _known: dict[str, float]) -> float:
        # Estimated average glucose (Nathan 2008), less what fasting takes off.
        return 28.7 * self._a1c(day) - 46.7 - 16 + self._dice.gauss(0, 6)

    def _acr(self, day: date) -> float:
        usual = 55 if self._life.has("kidney", day) else 11
        return max(3.0, self._spread("acr", usual, usual * 0.3, usual * 0.15))

    def _creatinine(self, day: date) -> float:
        usual = 0.92 if self._sex == "male" else 0.76
        if self._life.has("kidney", day):
            usual += 0.62 if self._sex == "male" else 0.46
        return self._spread("creatinine", usual, 0.07, 0.03)

    def _egfr(self, day: date, known: dict[str, float]) -> float:
        # CKD-EPI 2021 creatinine equation, without race.
        is_female = self._sex == "female"
        ratio = known["creatinine"] / (0.7 if is_female else 0.9)
        exponent = -0.241 if is_female else -0.302
        age = self._life.person.age_on(day)
        value: float = 142 * min(ratio, 1.0) ** exponent * max(ratio, 1.0) ** -1.2 * 0.9938**age
        return value * (1.012 if is_female else 1)

    def _cholesterol(self, day: date, _known: dict[str, float]) -> float:
        untreated = self._untreated("hyperlipidemia", day, 3)
        usual = 176 if untreated is None else 168 + 78 * untreated
        return self._spread("cholesterol", usual, 14, 6)

    def _triglyceride(self, day: date) -> float:
        usual = 118 + 30 * self._life.has("diabetes", day) + 18 * self._life.has("obesity", day)
        return max(45.0, self._spread("triglyceride", usual, 22, 12))

    def _ldl(self, _day: date, known: dict[str, float]) -> float:
        # Friedewald 1972
        return known["cholesterol"] - known["hdl"] - known["triglyceride"] / 5

    def _tsh(self, day: date) -> float:
        untreated = self._untreated("hypothyroidism", day, 2)
        usual = 2.0 if untreated is None else 2.2 + 7.5 * untreated
        return max(0.3, self._spread("tsh", usual, 0.5, 0.25))

    def _hemoglobin(self, day: date) -> float:
        usual = 14.9 if self._sex == "male" else 13.4
        untreated = self._untreated("anemia", day, 3)
        return self._spread("hemoglobin", usual - 3.4 * (untreated or 0), 0.5, 0.2)

    def _ferritin(self, day: date) -> float:
        untreated = self._untreated("anemia", day, 4)
        usual = 95 if untreated is None else 48 - 40 * untreated
        return max(4.0, self._spread("ferritin", usual, usual * 0.25, usual * 0.05))

    def _psa(self, day: date) -> float:
        usual = 1.1 + 1.6 * self._life.has("prostate", day)
        return max(0.2, self._spread("psa", usual, 0.5, 0.12))

    def _urate(self, day: date) -> float:
        untreated = self._untreated("gout", day, 3)
        usual = 5.2 if self._sex == "male" else 4.4
        return self._spread("urate", usual + 3.6 * (untreated or 0), 0.5, 0.2)

    def _hematocrit(self, _day: date, known: dict[str, float]) -> float:
        return known["hemoglobin"] * 2.98 + self._dice.gauss(0, 0.3)

    def _mcv(self, _day: date, known: dict[str, float]) -> float:
        return known["hematocrit"] / known["rbc"] * 10

    def _rbc(self, day: date, _known: dict[str, float]) -> float:
        usual = 4.95 if self._sex == "male" else 4.5
        untreated = self._untreated("anemia", day, 3)
        return self._spread("rbc", usual - 0.4 * (untreated or 0), 0.1, 0.04)


_CALCULATED: dict[str, Callable[[Chemistry, date, dict[str, float]], float]] = {
    "glucose": Chemistry._glucose,
    "egfr": Chemistry._egfr,
    "cholesterol": Chemistry._cholesterol,
    "ldl": Chemistry._ldl,
    "hematocrit": Chemistry._hematocrit,
    "mcv": Chemistry._mcv,
    "rbc": Chemistry._rbc,
}
