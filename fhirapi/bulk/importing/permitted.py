"""What of an import the app may write: asked as any other write is, of many rows at a time.

Compare ``store/write.py``. There the caller is a token; an import goes on after the token has
expired, on the approval behind it. Each statement names what *is* open, so that an approval which
ends in between opens nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from django.conf import settings

from fhirapi.bulk.importing.models import ImportJob
from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.intake.storing import Arriving
from fhirapi.outcomes import Problem
from fhirapi.search.opened import opened_content
from fhirapi.smart.access.decision import Access
from fhirapi.smart.access.scopes import parse
from fhirapi.sql import Statement
from fhirapi.store.caller import GRANTED
from fhirapi.store.colleagues import strangers_to
from fhirapi.store.constraint import Constraint
from fhirapi.store.rows import Row, practitioners
from fhirapi.store.visibility import visible
from fhirapi.store.writer import may_follow, treats, treats_of_many

# Whose records they are is asked once of each patient, not of each row.
_OPEN = """
WITH {granted},
found AS MATERIALIZED ({found}),
mine AS MATERIALIZED (
    SELECT owner.patient_id
    FROM (SELECT DISTINCT found.patient_id FROM found WHERE found.patient_id IS NOT NULL) owner
    CROSS JOIN caller
    {living}
    WHERE {treats}
)
SELECT c.resource_type || '/' || c.resource_id FROM caller CROSS JOIN found c
WHERE {seen} {opened}
"""
_COLUMNS = "c.id, c.resource_type, c.resource_id, c.patient_id"
_BY_ROW = f"SELECT {_COLUMNS} FROM fhirapi_content c WHERE c.id = ANY(%(row_ids)s::bigint[])"  # noqa: S608 - constants
_BY_NAME = f"""SELECT {_COLUMNS}
    FROM unnest(%(types)s::text[], %(ids)s::text[]) AS asked(resource_type, resource_id)
    JOIN fhirapi_content c USING (resource_type, resource_id) WHERE NOT c.is_deleted"""  # noqa: S608 - constants
_LIVING = """JOIN fhirapi_content patient ON patient.resource_type = 'Patient'
      AND patient.resource_id = owner.patient_id AND NOT patient.is_deleted"""
_ADD_PATIENTS = Statement("""
UPDATE fhirapi_dataaccessgrant SET patient_ids = patient_ids || ARRAY(
    SELECT unnest(%(ids)s::text[]) EXCEPT SELECT unnest(patient_ids))
WHERE id = %(grant)s AND patient_ids IS NOT NULL
RETURNING id
""")

_NOT_YOURS = (
    "It would not be open to the token: its patient is not in the token's care, or its content is "
    "outside the token's scopes."
)
_NOT_YOURS_NOW = "What is stored under this id is not the token's to write."
_STRANGER = (
    "It would open the record to a practitioner who is neither in it already nor of your own "
    "practice or team."
)
_ANOTHERS = "It is another patient's; make a new one instead."


def access_of(job: ImportJob) -> Access:
    """What the scopes of the token that asked open."""
    return Access(parse(job.scope), job.context_patient)


def may_write(job: ImportJob) -> bool:
    """Whether the approval still lives, and its app or key may still write."""
    return may_follow(job.data_access_grant_id)


def open_targets(job: ImportJob, names: Iterable[str]) -> set[str]:
    """Of these (``Type/id``) those that are stored and that what is written may refer to."""
    asked = [name.split("/", 1) for name in names]
    if not asked:
        return set()
    types, ids = map(list, zip(*asked, strict=True))
    return _ask(_targets(), job, {"types": types, "ids": ids})


class Gate:
    """Of one type, what the import may replace and store."""

    def __init__(self, job: ImportJob, resource_type: ResourceType) -> None:
        self._job, self._type = job, resource_type
        self._access = access_of(job)
        self._creating = self._access.constraint(resource_type.name, "create")
        self._updating = self._access.constraint(resource_type.name, "update")

    def closed(self, arriving: Sequence[Arriving]) -> Mapping[str, Problem]:
        """What stands there and is not theirs, or would be another patient's; what would open a
        record to a stranger.
        """
        found = [(each, each.standing) for each in arriving if each.standing]
        row_ids = [standing.row_id for _, standing in found]
        open_ = self._open(row_ids, self._updating, is_living=False)
        closed: dict[str, Problem] = {}
        for (_, entry, _), standing in found:
            if standing.patient_id not in (None, entry.patient_id):
                closed[standing.name] = self._problem("business-rule", _ANOTHERS)
            if standing.name not in open_:
                closed[standing.name] = self._problem("forbidden", _NOT_YOURS_NOW)
        for name in self._letting_strangers_in(arriving):
            closed[name] = Problem("business-rule", _STRANGER, "Patient.generalPractitioner")
        return closed

    def _letting_strangers_in(self, arriving: Sequence[Arriving]) -> set[str]:
        """docs/decisions/0023"""
        if self._type.name != "Patient":
            return set()
        named = {
            (practitioner_id, each.arrival.resource["id"])
            for each in arriving
            for practitioner_id in practitioners(each.arrival.resource)
        }
        strange = strangers_to(self._job.data_access_grant_id, named)
        return {f"Patient/{patient_id}" for _, patient_id in strange}

    def refused(self, written: Sequence[Row]) -> Mapping[str, Problem]:
        new = [each for each in written if each.version_id == 1]
        if self._type.name == "Patient" and new:
            made = [each.resource["id"] for each in new]
            _ADD_PATIENTS.fetch_one({"ids": made, "grant": self._job.data_access_grant_id})
        old = [each for each in written if each.version_id > 1]
        open_ = self._open([each.id for each in new], self._creating, is_living=True)
        open_ |= self._open([each.id for each in old], self._updating, is_living=True)
        names = [f"{self._type.name}/{each.resource['id']}" for each in written]
        why = self._problem("forbidden", _NOT_YOURS)
        return {name: why for name in names if name not in open_}

    def _open(self, row_ids: list[int], constraint: Constraint, *, is_living: bool) -> set[str]:
        if not row_ids or not constraint:
            return set()
        opened = opened_content(self._type, constraint, self._access)
        sql = _OPEN.format(
            granted=GRANTED,
            found=_BY_ROW,
            living=_LIVING if is_living else "",
            treats=treats_of_many("owner.patient_id"),
            seen=_seen(self._type),
            opened=opened.sql and f"AND {opened.sql}",
        )
        return _ask(_statement(sql), self._job, {**opened.parameters, "row_ids": row_ids})

    def _problem(self, code: str, text: str) -> Problem:
        return Problem(code, text, self._type.name)


def _seen(resource_type: ResourceType) -> str:
    # Members of a list need not be those whose rows these are.
    return visible(resource_type, "c", treats if resource_type.members else _is_mine)


def _is_mine(patient: str) -> str:
    return f"{patient} IN (SELECT mine.patient_id FROM mine)"  # noqa: S608 - our own expressions


@cache
def _targets() -> Statement:
    """Of any type: what a type's rows are seen by decides which condition is asked of each."""
    ways: dict[str, list[str]] = {}
    for each in registry.every():
        ways.setdefault(_seen(each), []).append(each.name)
    cases = " ".join(
        f"WHEN c.resource_type IN ({', '.join(repr(name) for name in names)}) THEN ({seen})"
        for seen, names in ways.items()
    )
    treated = treats_of_many("owner.patient_id")
    seen = f"CASE {cases} END"
    return Statement(
        _OPEN.format(
            granted=GRANTED, found=_BY_NAME, living="", treats=treated, seen=seen, opened=""
        )
    )


@lru_cache(maxsize=500)
def _statement(sql: str) -> Statement:
    return Statement(sql)


def _ask(asked: Statement, job: ImportJob, parameters: dict[str, Any]) -> set[str]:
    found = asked.fetch(
        {
            "grant": job.data_access_grant_id,
            "zone": settings.TIME_ZONE,
            "context": job.context_patient,
            **parameters,
        }
    )
    return {name for (name,) in found}
