"""Where a search begins: the planner cannot know how many patients a caller may see.

Left alone it walks through thousands of records to find one name, or plans each time anew.
"""

from dataclasses import dataclass

from fhirapi.definitions.schema import ResourceType
from fhirapi.search.binder import Binder
from fhirapi.search.criteria import Chain, Criterion, hashed, searchable
from fhirapi.search.opened import opened_row
from fhirapi.search.value import Value
from fhirapi.store.caller import EVERY_ALLOWED, allowed_of, is_allowed, may_see
from fhirapi.store.visibility import visible

_ROWS = "fhirapi_searchrow"


_MANY = 50
"""More patients than that are named: a search is then about everybody, as far as time goes."""


@dataclass(frozen=True)
class Start:
    rows: str
    """The search rows, as the FROM clause has them."""
    is_mine: str
    """The condition that a row is the caller's to see."""
    criteria: list[Criterion]
    """What is asked of these rows."""
    mine: str = EVERY_ALLOWED
    """The CTE of the patients whom the search is about."""
    is_certain: bool = True
    """Whether that is the right way whatever the values are."""


def start_of(resource_type: ResourceType, criteria: list[Criterion], binder: Binder) -> Start:
    """With the patients who are named, else with what an index finds few of, else with the patient
    whom the token is about, else with all."""
    is_mine = visible(resource_type, "s", _is_mine)
    named, others = _apart(criteria, binder)
    if named:
        mine = allowed_of(" AND ".join(named))
        return Start(_ROWS, is_mine, others, mine, is_certain=_names_few(criteria))
    for criterion in criteria:
        if found := _found_rows(criterion, binder):
            is_mine = visible(resource_type, "s", is_allowed if resource_type.members else may_see)
            return Start(found, is_mine, criteria)
    if binder.opens.is_of_one_patient and not resource_type.is_shared:
        return Start(_ROWS, is_mine, criteria, allowed_of("visible.patient_id = %(context)s"))
    if any(isinstance(each, Chain) for each in criteria):
        is_mine = visible(resource_type, "s", lambda patient: hashed(_is_mine(patient)))
    return Start(_ROWS, is_mine, criteria, is_certain=False)


def _is_mine(patient: str) -> str:
    return f"{patient} IN (SELECT mine.patient_id FROM mine)"


def _apart(criteria: list[Criterion], binder: Binder) -> tuple[list[str], list[Criterion]]:
    """Conditions that name the patients in whose records the search is; what else is asked."""
    named: list[str] = []
    others: list[Criterion] = []
    for criterion in criteria:
        if condition := _names_patients(criterion, binder):
            named.append(condition)
        else:
            others.append(criterion)
    return named, others


def _names_few(criteria: list[Criterion]) -> bool:
    asked = [each.asked_patients() for each in criteria if isinstance(each, Value)]
    return all(len(each) <= _MANY for each in asked if each is not None)


def _names_patients(criterion: Criterion, binder: Binder) -> str | None:
    if isinstance(criterion, Value):
        asked = criterion.asked_patients()
        return None if asked is None else f"visible.patient_id = ANY({binder.bind(asked)})"
    if isinstance(criterion, Chain) and criterion.resource_type.names_patient(criterion.parameter):
        return _by_patient(criterion.inner, binder)
    return None


def _by_patient(inner: tuple[Criterion, ...], binder: Binder) -> str | None:
    """``patient.identifier=123``: whom an index finds few of."""
    if len(inner) != 1 or inner[0].resource_type.name != "Patient":
        return None
    found = _found_rows(inner[0], binder)
    if found is None:
        return None
    [patient] = searchable(inner, binder)
    opened = opened_row(patient.resource_type, "search-type", "f", binder)
    return (
        f"visible.patient_id IN (SELECT f.resource_id FROM {found} f "
        f"WHERE f.resource_type = 'Patient'{f' AND {opened}' if opened else ''})"
    )


def _found_rows(criterion: Criterion, binder: Binder) -> str | None:
    found = criterion.found_rows(binder) if isinstance(criterion, Value) else None
    # OFFSET 0: the planner must not look for these rows in another way.
    return f"({found} OFFSET 0)" if found else None
