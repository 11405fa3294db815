"""Turns a SearchQuery into one SQL statement: who may, what matches, which page, and the audit."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from fhirapi.definitions.schema import ParameterType
from fhirapi.outcomes import bad_value
from fhirapi.search.page import Position
from fhirapi.search.query import Criterion, SearchQuery
from fhirapi.searchparams import date, reference, string, token, uri
from fhirapi.searchparams.keys import key, parameter_key
from fhirapi.store.caller import ALLOWED, CALLER, Caller

# clinical_date may be unknown; such rows come last. Both ends of the keyset use the same words.
_ORDER = "COALESCE({row}.clinical_date, '-infinity'::timestamptz)"

_SEARCH = """
WITH {caller}, {allowed}, hit AS (
    SELECT s.id, {order} AS ordered_by
    FROM fhirapi_searchrow s
    WHERE s.resource_type = %(type)s AND {mine} {conditions}
), page AS (
    SELECT hit.id, hit.ordered_by FROM hit {after}
    ORDER BY hit.ordered_by DESC, hit.id LIMIT %(limit)s
), shown AS (
    SELECT page.id, page.ordered_by, c.patient_id,
           '{{"fullUrl":"' || %(base)s || '/' || c.resource_type || '/' || c.resource_id
           || '","resource":' || c.content || ',"search":{{"mode":"match"}}}}' AS entry
    FROM page JOIN fhirapi_content c ON c.id = page.id
), logged AS (
    INSERT INTO fhirapi_auditrecord
        (action, outcome, account_id, client_id, resource_type, patient_ids, detail, address)
    SELECT 'search', 'success', caller.account_id, %(client_id)s, %(type)s,
           (SELECT array_agg(DISTINCT shown.patient_id) FROM shown
            WHERE shown.patient_id IS NOT NULL),
           %(shape)s, %(address)s
    FROM caller
)
SELECT (SELECT count(*) FROM hit),
       (SELECT string_agg(shown.entry, ',' ORDER BY shown.ordered_by DESC, shown.id) FROM shown),
       (SELECT count(*) FROM hit {after}) > %(limit)s,
       (SELECT (ARRAY[shown.ordered_by::text, shown.id::text]) FROM shown
        ORDER BY shown.ordered_by, shown.id DESC LIMIT 1)
FROM caller
"""

_MINE = "s.patient_id IN (SELECT allowed.patient_id FROM allowed)"
_SHARED = "s.patient_id IS NULL"
_AFTER = """WHERE (hit.ordered_by < %(after_date)s::timestamptz
    OR (hit.ordered_by = %(after_date)s::timestamptz AND hit.id > %(after_id)s))"""


@dataclass(frozen=True)
class Statement:
    sql: str
    parameters: dict[str, Any]


def plan(caller: Caller, query: SearchQuery, after: Position | None) -> Statement:
    """Raises an Outcome for a value that its parameter cannot read."""
    builder = _Conditions(query)
    resource_type = query.resource_type
    parameters = {
        **caller.parameters(),
        **builder.parameters,
        "type": resource_type.name,
        "limit": query.count,
        "base": settings.FHIR_BASE_URL,
        "shape": shape(query),
    }
    if after:
        parameters |= {"after_date": after.ordered_by, "after_id": after.row_id}
    sql = _SEARCH.format(
        caller=CALLER,
        allowed=ALLOWED,
        order=_ORDER.format(row="s"),
        mine=_SHARED if resource_type.is_shared else _MINE,
        conditions=" ".join(f"AND {condition}" for condition in builder.conditions),
        after=_AFTER if after else "",
    )
    return Statement(sql, parameters)


def shape(query: SearchQuery) -> str:
    """The names of a query without its values, for the audit trail."""
    return "&".join(sorted(name[:64] for name, _ in query.applied))


class _Conditions:
    """The WHERE clause, one condition a criterion; values only ever as parameters."""

    def __init__(self, query: SearchQuery) -> None:
        self.conditions: list[str] = []
        self.parameters: dict[str, Any] = {}
        self._type_name = query.resource_type.name
        for ids in query.ids:
            self.conditions.append(f"s.resource_id = ANY({self._bind(list(ids))})")
        for text in query.last_updated:
            self._dates("_lastUpdated", [text], "s.last_updated", "s.last_updated")
        for criterion in query.criteria:
            self._add(criterion)

    def _bind(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s"

    def _add(self, criterion: Criterion) -> None:
        code = criterion.parameter.code
        match criterion.parameter.type:
            case ParameterType.DATE:
                self._date_parameter(criterion)
            case ParameterType.STRING:
                self._strings(criterion)
            case _:
                try:
                    self._keys(criterion)
                except ValueError as error:
                    raise bad_value(code, str(error)) from None

    def _keys(self, criterion: Criterion) -> None:
        parameter = criterion.parameter
        forms: list[str] = []
        for value in criterion.values:
            if parameter.type is ParameterType.REFERENCE:
                base = settings.FHIR_BASE_URL
                forms += reference.query_forms(value, parameter.targets, base)
            elif parameter.type is ParameterType.URI:
                forms.append(uri.query_form(value))
            else:
                forms.append(token.query_form(value))
        is_ref = parameter.type is ParameterType.REFERENCE or parameter.is_nearly_unique
        column = "refs" if is_ref else "tokens"
        keys = self._bind([key(self._type_name, parameter.code, form) for form in forms])
        negation = "NOT " if criterion.modifier == "not" else ""
        self.conditions.append(f"{negation}s.{column} && {keys}::bigint[]")

    def _strings(self, criterion: Criterion) -> None:
        named = self._bind(parameter_key(self._type_name, criterion.parameter.code))
        patterns = [string.like(value, criterion.modifier) for value in criterion.values]
        # LIKE with one pattern can use the B-tree; LIKE ANY cannot.
        likes = " OR ".join(f"v.value LIKE {self._bind(pattern)}" for pattern in patterns)
        self.conditions.append(
            "EXISTS (SELECT FROM fhirapi_searchstring v "
            f"WHERE v.row_id = s.id AND v.key = {named} AND ({likes}))"
        )

    def _date_parameter(self, criterion: Criterion) -> None:
        named = self._bind(parameter_key(self._type_name, criterion.parameter.code))
        compared = self._compare(criterion.parameter.code, criterion.values, "d.start", 'd."end"')
        self.conditions.append(
            "EXISTS (SELECT FROM fhirapi_searchdate d "
            f"WHERE d.row_id = s.id AND d.key = {named} AND ({compared}))"
        )

    def _dates(self, code: str, values: list[str], start: str, end: str) -> None:
        self.conditions.append(f"({self._compare(code, tuple(values), start, end)})")

    def _compare(self, code: str, values: tuple[str, ...], start: str, end: str) -> str:
        compared = []
        for value in values:
            try:
                comparison = date.query(value, datetime.now(UTC))
            except ValueError as error:
                raise bad_value(code, str(error)) from None
            compared.append(date.condition(comparison, start, end, self._bind))
        return " OR ".join(compared)
