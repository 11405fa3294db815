"""The story of a life as a patient: which illnesses, which visits, when, and why."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from fhirapi.synthetic import visits
from fhirapi.synthetic.catalogue_conditions import ACUTE, CHRONIC, Illness
from fhirapi.synthetic.moments import weekday_from
from fhirapi.synthetic.person import Person
from fhirapi.synthetic.visits import Kind, Visit

_WELL_CHILD_DAYS = (5, 30, 61, 122, 183, 274, 365, 456, 548, 730, 912, 1095)
_ACUTE_VISITS_A_YEAR = 0.55
_CHILD_ACUTE_VISITS_A_YEAR = 1.3


@dataclass(slots=True, eq=False)
class Problem:
    number: int
    illness: Illness
    onset: date
    abated: date | None
    is_chronic: bool
    visit: Visit | None = None
    """The visit at which it was first recorded."""
    treated_from: date | None = None
    """Since then; what began before the patient joined was treated elsewhere."""

    def is_active_on(self, day: date) -> bool:
        return self.onset <= day and (self.abated is None or day < self.abated)


@dataclass(slots=True)
class Life:
    person: Person
    problems: list[Problem]
    """Recorded ones only, in order of onset."""
    visits: list[Visit]
    by_key: dict[str, Problem] = field(default_factory=dict)
    """The chronic problems by key of their illness."""

    def has(self, key: str, day: date) -> bool:
        problem = self.by_key.get(key)
        return problem is not None and problem.is_active_on(day)


@dataclass(slots=True)
class _Plan:
    """Appointments before they have numbers; a day has one visit at most."""

    person: Person
    appointments: dict[date, tuple[Kind, list[Problem]]] = field(default_factory=dict)

    def add(self, day: date, kind: Kind, *problems: Problem) -> bool:
        if kind.is_planned:
            day = weekday_from(day)
        # Results, discharge and dispensing come some days later, and still within the life.
        margin = timedelta(9 if kind is visits.INPATIENT else 2)
        if not self.person.joined <= day <= self.person.last_day - margin:
            return False
        _, reasons = self.appointments.setdefault(day, (kind, []))
        reasons.extend(problems)
        return True

    def is_free(self, day: date, days: int) -> bool:
        return all(abs((day - other).days) > days for other in self.appointments)


def draw(dice: Random, person: Person) -> Life:
    plan = _Plan(person)
    problems = _chronic(dice, person)
    _plan_wellness(dice, plan)
    _plan_diagnoses(dice, plan, problems)
    _plan_follow_ups(dice, plan, problems)
    problems += _plan_acute(dice, plan, len(problems))
    _plan_hospital(dice, plan, problems)
    return _life(dice, person, problems, plan)


def _life(dice: Random, person: Person, problems: list[Problem], plan: _Plan) -> Life:
    made: list[Visit] = []
    for day in sorted(plan.appointments):
        kind, reasons = plan.appointments[day]
        visit = visits.make(dice, person, len(made) + 1, day, kind)
        made.append(visit)
        _record(person, visit, reasons, problems)
    recorded = [problem for problem in problems if problem.visit is not None]
    recorded.sort(key=lambda problem: (problem.onset, problem.number))
    for number, problem in enumerate(recorded, 1):
        problem.number = number
    chronic = {problem.illness.key: problem for problem in recorded if problem.is_chronic}
    return Life(person, recorded, made, chronic)


def _record(person: Person, visit: Visit, reasons: list[Problem], problems: list[Problem]) -> None:
    """Write down what is new, and what the visit is about."""
    for problem in problems:
        is_mine = problem.is_chronic or problem in reasons
        if problem.visit is None and is_mine and problem.onset <= visit.day:
            problem.visit = visit
            is_old = problem.onset < person.joined
            problem.treated_from = problem.onset + timedelta(60) if is_old else visit.day
    visit.reasons = [problem for problem in reasons if problem.visit is not None]
    if visit.kind.is_review and not visit.reasons:
        chronic = (problem for problem in problems if problem.is_chronic and problem.visit)
        active = [each for each in chronic if each.is_active_on(visit.day)]
        visit.reasons = _some(active, visit.number)


def _some(problems: list[Problem], turn: int) -> list[Problem]:
    """Three at a time, so that every problem has its turn."""
    start = turn * 3 % max(1, len(problems))
    return (problems + problems)[start : start + min(3, len(problems))]


# --- Illnesses ---------------------------------------------------------------------------------


def _chronic(dice: Random, person: Person) -> list[Problem]:
    found: list[Problem] = []
    keys = {"smoker"} if person.has_smoked else set()
    for illness in CHRONIC:
        onset = _onset(dice, person, illness, keys)
        if onset is None:
            continue
        keys.add(illness.key)
        abated = _abated(dice, person, illness, onset)
        found.append(Problem(len(found) + 1, illness, onset, abated, is_chronic=True))
    return _without_forerunner(found)


def _onset(dice: Random, person: Person, illness: Illness, keys: set[str]) -> date | None:
    if illness.sex not in (None, person.sex):
        return None
    youngest, oldest = illness.ages
    lived = (person.last_day - person.birth).days / 365.25
    is_due = illness.key in person.must_have
    passed = min(1.0, (lived - youngest) / (oldest - youngest))
    if passed <= 0:
        return None
    chance = illness.share * passed
    for key, factor in illness.raised_by:
        if key in keys:
            chance *= factor
    if dice.random() > chance and not is_due:
        return None
    if is_due:  # soon after joining, so that the record shows how it was found and treated
        return person.joined + timedelta(dice.randrange(40, 500))
    years = dice.uniform(youngest, min(lived, oldest))
    return person.birth + timedelta(int(years * 365.25))


def _abated(dice: Random, person: Person, illness: Illness, onset: date) -> date | None:
    shortest, longest = illness.days
    if longest == 0 or illness.key in person.must_have:
        return None
    abated = onset + timedelta(dice.randint(shortest, longest))
    return abated if abated < person.last_day else None


def _without_forerunner(problems: list[Problem]) -> list[Problem]:
    """Prediabetes ends the day diabetes begins, and does not begin after it."""
    by_key = {problem.illness.key: problem for problem in problems}
    earlier, later = by_key.get("prediabetes"), by_key.get("diabetes")
    if earlier is None or later is None:
        return problems
    if earlier.onset >= later.onset:
        return [problem for problem in problems if problem is not earlier]
    earlier.abated = later.onset
    return problems


# --- Appointments ------------------------------------------------------------------------------


def _plan_wellness(dice: Random, plan: _Plan) -> None:
    person = plan.person
    for days in _WELL_CHILD_DAYS:
        plan.add(person.birth + timedelta(days + dice.randrange(5)), visits.WELL_CHILD)
    day = max(person.joined, person.birth + timedelta(4 * 365))
    while day < person.last_day:
        is_child = (day - person.birth).days < 18 * 365.25
        plan.add(day, visits.WELL_CHILD if is_child else visits.WELLNESS)
        day += timedelta(dice.randrange(350, 450 if is_child else 560))


def _plan_diagnoses(dice: Random, plan: _Plan, problems: list[Problem]) -> None:
    for problem in problems:
        if problem.onset >= plan.person.joined:
            plan.add(problem.onset + timedelta(dice.randrange(1, 14)), visits.PROBLEM, problem)


def _plan_follow_ups(dice: Random, plan: _Plan, problems: list[Problem]) -> None:
    person = plan.person
    lasting = [problem for problem in problems if problem.illness.drugs]
    if not lasting:
        return
    interval = 420 if len(lasting) == 1 else 300 if len(lasting) < 4 else 220
    day = max(person.joined, min(problem.onset for problem in lasting))
    while day < person.last_day:
        day += timedelta(int(interval * dice.uniform(0.75, 1.25)))
        active = [problem for problem in lasting if problem.is_active_on(day)]
        if active and plan.is_free(weekday_from(day), 40):
            is_remote = dice.random() < 0.2 and day.year >= 2020
            kind = visits.TELEHEALTH if is_remote else visits.FOLLOW_UP
            plan.add(day, kind, *_some(active, day.year + day.month))


def _plan_acute(dice: Random, plan: _Plan, number: int) -> list[Problem]:
    person = plan.person
    found: list[Problem] = []
    day = person.joined
    while True:
        is_child = (day - person.birth).days < 12 * 365
        a_year = _CHILD_ACUTE_VISITS_A_YEAR if is_child else _ACUTE_VISITS_A_YEAR
        day += timedelta(int(dice.expovariate(a_year) * 365) + 20)
        if day >= person.last_day:
            return found
        illness = _acute_illness(dice, person, day)
        abated = _abated(dice, person, illness, day)
        problem = Problem(number + len(found) + 1, illness, day, abated, False)
        if plan.add(day + timedelta(dice.randrange(1, 3)), _acute_kind(dice, day), problem):
            found.append(problem)


def _acute_illness(dice: Random, person: Person, day: date) -> Illness:
    age = person.age_on(day)
    choices = [
        illness
        for illness in ACUTE
        if illness.ages[0] <= age <= illness.ages[1]
        and illness.sex in (None, person.sex)
        # There was no such disease before 2020.
        and (illness.key != "covid" or day.year >= 2020)
    ]
    return dice.choices(choices, [illness.share for illness in choices])[0]


def _acute_kind(dice: Random, day: date) -> Kind:
    drawn = dice.random()
    if drawn < 0.1:
        return visits.EMERGENCY
    if drawn < 0.3 and day.year >= 2020:
        return visits.TELEHEALTH
    return visits.PROBLEM


_FOR_HOSPITAL = frozenset(("failure", "copd", "coronary", "fibrillation", "diabetes", "kidney"))


def _plan_hospital(dice: Random, plan: _Plan, problems: list[Problem]) -> None:
    person = plan.person
    serious = [problem for problem in problems if problem.illness.key in _FOR_HOSPITAL]
    for problem in serious:
        first = max(person.joined, problem.onset)
        days = (person.last_day - first).days - 30
        if days > 60 and dice.random() < days / 365 * 0.05:
            day = first + timedelta(30 + dice.randrange(days - 30))
            if plan.is_free(day, 8):  # nobody is at the office during a stay
                plan.add(day, visits.INPATIENT, problem)
    if person.death and dice.random() < 0.5:
        day = person.death - timedelta(3)
        if day > person.joined and plan.is_free(day, 8):
            plan.appointments[day] = (visits.FINAL_STAY, serious[:1])
