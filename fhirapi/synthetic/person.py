"""Who the patient is: drawn first, before anything happens to them."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from fhirapi.synthetic.catalogue_names import HERITAGES, STREETS, Heritage
from fhirapi.synthetic.catalogue_places import SITES, Site, Town
from fhirapi.synthetic.moments import AS_OF, years_between
from fhirapi.synthetic.practice import GENERALISTS

FIRST_ID = 142859
_HERITAGE_WEIGHTS = [heritage.weight for heritage in HERITAGES]


@dataclass(frozen=True, slots=True)
class Address:
    line: str
    apartment: str | None
    town: Town
    postal_code: str


@dataclass(frozen=True, slots=True)
class Person:
    index: int
    id: str
    mrn: str
    sex: str
    """``female`` or ``male``."""
    birth: date
    death: date | None
    joined: date
    """First day as a patient of the practice."""
    heritage: Heritage
    given: tuple[str, ...]
    family: str
    former_family: str | None
    suffix: str | None
    language: tuple[str, str]
    site: Site
    general_practitioner: str
    address: Address
    former_address: Address | None
    moved: date | None
    phone: str
    mobile: str | None
    email: str
    is_smoker: bool
    has_smoked: bool
    must_have: tuple[str, ...]
    """Illnesses the well-known people of the demo always have."""
    operations: tuple[str, ...]
    """And what is always done to them."""

    @property
    def last_day(self) -> date:
        return self.death or AS_OF

    @property
    def is_child(self) -> bool:
        return years_between(self.birth, AS_OF) < 18

    @property
    def full_name(self) -> str:
        return " ".join((*self.given, self.family))

    def age_on(self, day: date) -> int:
        return years_between(self.birth, day)


@dataclass(frozen=True, slots=True)
class _WellKnown:
    given: tuple[str, ...]
    family: str
    sex: str
    birth: date
    mrn: str
    email: str
    must_have: tuple[str, ...]
    operations: tuple[str, ...]


WELL_KNOWN = (
    _WellKnown(
        ("Rebecca", "Anne"),
        "Larson",
        "female",
        date(1978, 4, 12),
        "9999094",
        "rebecca.larson@example.com",
        ("asthma", "hypothyroidism", "migraine"),
        ("mammogram", "colonoscopy", "spirometry"),
    ),
    _WellKnown(
        ("John", "Edward"),
        "Wright",
        "male",
        date(1965, 9, 30),
        "9999097",
        "john.wright@example.com",
        ("diabetes", "hypertension", "hyperlipidemia", "coronary"),
        ("ecg", "stent"),
    ),
)
"""The people of the vendor's guide, by index."""


def id_of(index: int) -> str:
    return str(FIRST_ID + index)


def generalist_number(dice: Random, index: int) -> int:
    """Position in GENERALISTS; the first draw of every record, so that it can be known alone."""
    drawn = dice.randrange(len(GENERALISTS))
    return 0 if index < len(WELL_KNOWN) else drawn


def mrn_of(index: int) -> str:
    return WELL_KNOWN[index].mrn if index < len(WELL_KNOWN) else str(9999100 + index)


def draw(dice: Random, index: int) -> Person:
    generalist = GENERALISTS[generalist_number(dice, index)]
    known = WELL_KNOWN[index] if index < len(WELL_KNOWN) else None
    site = SITES[generalist.site_number - 1]
    heritage = HERITAGES[0] if known else dice.choices(HERITAGES, _HERITAGE_WEIGHTS)[0]
    sex = known.sex if known else dice.choice(("female", "male"))
    birth = known.birth if known else _birth(dice)
    age = years_between(birth, AS_OF)
    death = None if known else _death(dice, age)
    joined = AS_OF - timedelta(2700) if known else _joined(dice, birth, death or AS_OF)
    given, family = (known.given, known.family) if known else _name(dice, heritage, sex)
    address = _address(dice, site)
    has_moved = dice.random() < 0.3 and age >= 1
    has_smoked = age >= 18 and dice.random() < 0.34
    return Person(
        index=index,
        id=id_of(index),
        mrn=mrn_of(index),
        sex=sex,
        birth=birth,
        death=death,
        joined=joined,
        heritage=heritage,
        given=given,
        family=family,
        former_family=_former_family(dice, heritage, sex, age),
        suffix="Jr." if sex == "male" and not known and dice.random() < 0.12 else None,
        language=_language(dice, heritage, known is not None),
        site=site,
        general_practitioner=generalist.id,
        address=address,
        former_address=_address(dice, site) if has_moved else None,
        moved=_between(dice, max(birth, AS_OF - timedelta(3000)), death or AS_OF)
        if has_moved
        else None,
        phone=_phone(dice, site),
        mobile=_phone(dice, site) if dice.random() < 0.6 else None,
        email=known.email if known else _email(given[0], family, index),
        is_smoker=has_smoked and known is None and dice.random() < 0.4,
        has_smoked=has_smoked and known is None,
        must_have=known.must_have if known else (),
        operations=known.operations if known else (),
    )


def _between(dice: Random, first: date, last: date) -> date:
    return first + timedelta(dice.randrange(max(1, (last - first).days)))


def _birth(dice: Random) -> date:
    if dice.random() < 0.16:
        return AS_OF - timedelta(dice.randrange(45, 18 * 365))
    # Adults who see a doctor are older than the population.
    return AS_OF - timedelta(int(dice.triangular(18 * 366, 92 * 365, 58 * 365)))


def _death(dice: Random, age: int) -> date | None:
    if age < 50 or dice.random() > 0.03 + (age - 50) * 0.006:
        return None
    return AS_OF - timedelta(dice.randrange(10, 900))


def _joined(dice: Random, birth: date, last: date) -> date:
    years = dice.triangular(2, 8, 3.5)
    joined = last - timedelta(int(years * 365.25))
    return max(joined, birth + timedelta(4))


def _name(dice: Random, heritage: Heritage, sex: str) -> tuple[tuple[str, ...], str]:
    names = heritage.women if sex == "female" else heritage.men
    first, middle = dice.sample(names, 2)
    family = dice.choice(heritage.families)
    if heritage.is_hispanic and dice.random() < 0.25:
        family = f"{family}-{dice.choice(heritage.families)}"
    has_middle_name = dice.random() < 0.7
    return ((first, middle) if has_middle_name else (first,)), family


def _former_family(dice: Random, heritage: Heritage, sex: str, age: int) -> str | None:
    if sex == "female" and age >= 25 and dice.random() < 0.35:
        return dice.choice(heritage.families)
    return None


def _language(dice: Random, heritage: Heritage, is_well_known: bool) -> tuple[str, str]:
    if is_well_known:
        return ("en-US", "English (United States)")
    weights = [weight for _, _, weight in heritage.languages]
    tag, words, _ = dice.choices(heritage.languages, weights)[0]
    return (tag, words)


def _address(dice: Random, site: Site) -> Address:
    town = dice.choice(site.towns)
    return Address(
        line=f"{dice.randrange(11, 4800)} {dice.choice(STREETS)}",
        apartment=f"Apt {dice.randrange(1, 48)}" if dice.random() < 0.3 else None,
        town=town,
        postal_code=f"{town.zip_prefix}{dice.randrange(10)}",
    )


def _phone(dice: Random, site: Site) -> str:
    return f"{site.area_code}-555-01{dice.randrange(100):02}"


def _email(given: str, family: str, index: int) -> str:
    return f"{_ascii(given)}.{_ascii(family)}.{index}@example.com"


def _ascii(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.replace("Ø", "O").replace("ø", "o"))
    return "".join(letter for letter in folded.lower() if letter in _EMAIL_LETTERS)


_EMAIL_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz-")
