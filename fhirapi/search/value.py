"""One parameter of a query with its values, as a condition on a search row.

What a value means is said in fhirapi.searchparams, a file for each parameter type; here it meets
the tables.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.conf import settings

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.outcomes import bad_value
from fhirapi.search import by_content
from fhirapi.search.binder import Binder
from fhirapi.search.cost import LOOK_INTO_CONTENT, MAX_ALTERNATIVES
from fhirapi.searchparams import date, number, quantity, reference, string, token, uri
from fhirapi.searchparams.keys import key, parameter_key, unit_key
from fhirapi.searchparams.values import split, unescape

_OWN = "Patient/"
_AT_ONCE = (ParameterType.TOKEN, ParameterType.REFERENCE, ParameterType.URI)


@dataclass(frozen=True)
class Value:
    """The values are alternatives; they keep their escapes."""

    resource_type: ResourceType
    parameter: SearchParameter
    modifier: str
    values: tuple[str, ...]

    def sql(self, row: str, binder: Binder) -> str:
        with self._as_outcome():
            if self.modifier in _BY_CONTENT:
                return _BY_CONTENT[self.modifier](self, row, binder)
            if self.parameter.code == "_id":
                return _ids(self, row, binder)
            return _BY_TYPE[self.parameter.type](self, row, binder)

    @property
    def comparisons(self) -> int:
        """How many alternatives are compared one by one."""
        is_together = self.modifier == "missing" or self.parameter.type in _AT_ONCE
        return 0 if is_together and self.modifier != "text" else len(self.values)

    @property
    def looks(self) -> int:
        return LOOK_INTO_CONTENT if self.modifier in _BY_CONTENT else 0

    def asked_patients(self) -> list[str] | None:
        """The patients in whose records alone this can be found; None if it names none."""
        with self._as_outcome():
            return _asked_patients(self)

    def found_rows(self, binder: Binder) -> str | None:
        """The search rows that have the value, read from its index, where that finds few."""
        with self._as_outcome():
            return _found_rows(self, binder)

    @contextmanager
    def _as_outcome(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            raise bad_value(self.parameter.code, str(error)) from None


def alternatives(name: str, text: str) -> tuple[str, ...]:
    """The values keep their escapes: their type knows what else they separate."""
    values = tuple(split(text, ","))
    if len(values) > MAX_ALTERNATIVES:
        raise bad_value(name, f"at most {MAX_ALTERNATIVES} alternatives are possible.")
    if any(not value.strip() for value in values):
        raise bad_value(name, "a value is empty.")
    return values


def _ids(value: Value, row: str, binder: Binder) -> str:
    negation = "NOT " if value.modifier == "not" else ""
    wanted = [unescape(each) for each in value.values]
    return f"{negation}{row}.resource_id = ANY({binder.bind(wanted)})"


def _asked_patients(value: Value) -> list[str] | None:
    if value.modifier:
        return None
    if value.parameter.code == "_id" and value.resource_type.patient == "id":
        return [unescape(each) for each in value.values]
    if not value.resource_type.names_patient(value.parameter):
        return None
    forms = _reference_forms(value)
    own = [form.removeprefix(_OWN) for form in forms if form.startswith(_OWN)]
    return own if own and (len(own) == len(forms) or value.parameter.is_narrow) else None


def _found_rows(value: Value, binder: Binder) -> str | None:
    parameter = value.parameter
    is_reference = parameter.type is ParameterType.REFERENCE
    if value.modifier in ("", "identifier", "of-type") and (
        parameter.is_nearly_unique
        or (is_reference and not value.resource_type.names_patient(parameter))
    ):
        return f"SELECT r.* FROM fhirapi_searchrow r WHERE {value.sql('r', binder)}"
    if parameter.type is ParameterType.STRING and value.modifier in ("", "exact"):
        return (
            "SELECT r.* FROM fhirapi_searchrow r WHERE r.id IN (SELECT v.row_id "
            f"FROM fhirapi_searchstring v WHERE {_string_entries(value, binder)})"
        )
    return None


# --- Keys: token, uri, reference -----------------------------------------------------------------
def _overlap(value: Value, column: str, forms: list[str], row: str, binder: Binder) -> str:
    """An or-list is one overlap: a condition for each would be an index scan for each."""
    suffix = f":{value.modifier}" if value.modifier in ("identifier", "of-type") else ""
    keys = [
        key(value.resource_type.name, code + suffix, form)
        for code in value.parameter.indexed_as
        for form in forms
    ]
    return f"{row}.{column} && {binder.bind(keys)}::bigint[]"


def _tokens(value: Value, row: str, binder: Binder) -> str:
    column = "refs" if value.parameter.is_nearly_unique else "tokens"
    if value.modifier == "of-type":
        forms = [token.query_typed_form(each) for each in value.values]
    else:
        forms = [token.query_form(each) for each in value.values]
    overlap = _overlap(value, column, forms, row, binder)
    return f"NOT {overlap}" if value.modifier == "not" else overlap


def _uris(value: Value, row: str, binder: Binder) -> str:
    forms = [uri.query_form(each) for each in value.values]
    return _overlap(value, "tokens", forms, row, binder)


def _references(value: Value, row: str, binder: Binder) -> str:
    if value.modifier == "identifier":
        forms = [token.query_form(each) for each in value.values]
        return _overlap(value, "refs", forms, row, binder)
    forms = _reference_forms(value)
    if not value.resource_type.names_patient(value.parameter):
        return _overlap(value, "refs", forms, row, binder)
    own = [form.removeprefix(_OWN) for form in forms if form.startswith(_OWN)]
    others = [form for form in forms if not form.startswith(_OWN)]
    is_own = f"{row}.patient_id = ANY({binder.bind(own)})"
    if own and (not others or value.parameter.is_narrow):
        return is_own
    return f"({is_own} OR {_overlap(value, 'refs', others, row, binder)})"


def _reference_forms(value: Value) -> list[str]:
    parameter, base = value.parameter, settings.FHIR_BASE_URL
    forms = [
        form
        for each in value.values
        for form in reference.query_forms(each, parameter.targets, base)
    ]
    if parameter.is_narrow:
        return [form for form in forms if form.partition("/")[0] in parameter.targets]
    return forms


# --- Side tables: string, date, number, quantity ------------------------------------------------
def _any(value: Value, binder: Binder) -> str:
    """Keys of the parameters whose entries in a side table are looked at."""
    names = [parameter_key(value.resource_type.name, code) for code in value.parameter.indexed_as]
    if len(names) == 1:
        return f"{binder.bind(names[0])}::bigint"
    return f"ANY({binder.bind(names)}::bigint[])"


def _strings(value: Value, row: str, binder: Binder) -> str:
    found = (
        "EXISTS (SELECT FROM fhirapi_searchstring v "
        f"WHERE v.row_id = {row}.id AND {_string_entries(value, binder)})"
    )
    if value.modifier != "exact":
        return found
    return f"({found} AND {by_content.exactly(value, row, binder)})"


def _string_entries(value: Value, binder: Binder) -> str:
    """The condition on an entry ``v`` of the side table."""
    compared = " OR ".join(_compare_string(each, value.modifier, binder) for each in value.values)
    return f"v.key = {_any(value, binder)} AND ({compared})"


def _compare_string(text: str, modifier: str, binder: Binder) -> str:
    if modifier == "contains":
        return f"v.value LIKE {binder.bind(string.like(text, modifier))}"
    if modifier == "exact":
        return f"v.value = {binder.bind(string.query_text(text))}"
    start, end = string.span(text)
    return f"(v.value >= {binder.bind(start)} AND v.value < {binder.bind(end)})"


def _dates(value: Value, row: str, binder: Binder) -> str:
    if value.parameter.code == "_lastUpdated":
        instant = f"{row}.last_updated"
        return _either_date(value, instant, f"({instant} + interval '1 microsecond')", binder)
    if value.resource_type.is_clinical_date(value.parameter):
        return _either_date(value, f"{row}.clinical_date", f"{row}.clinical_end", binder)
    compared = _either_date(value, "d.start", 'd."end"', binder)
    return (
        "EXISTS (SELECT FROM fhirapi_searchdate d "
        f"WHERE d.row_id = {row}.id AND d.key = {_any(value, binder)} AND {compared})"
    )


def _either_date(value: Value, start: str, end: str, binder: Binder) -> str:
    now = datetime.now(UTC)
    compared = [
        date.condition(date.query(unescape(each), now), start, end, binder.bind)
        for each in value.values
    ]
    return f"({' OR '.join(compared)})"


def _numbers(value: Value, row: str, binder: Binder) -> str:
    compared = [
        number.condition(number.query(unescape(each)), "q.low", "q.high", binder.bind)
        for each in value.values
    ]
    return _measured(value, compared, row, binder)


def _quantities(value: Value, row: str, binder: Binder) -> str:
    compared = []
    for each in value.values:
        asked = quantity.query(each)
        condition = number.condition(asked.comparison, "q.low", "q.high", binder.bind)
        if asked.unit:
            condition += f" AND {binder.bind(unit_key(asked.unit))}::bigint = ANY(q.units)"
        compared.append(f"({condition})")
    return _measured(value, compared, row, binder)


def _measured(value: Value, compared: list[str], row: str, binder: Binder) -> str:
    return (
        "EXISTS (SELECT FROM fhirapi_searchquantity q "
        f"WHERE q.row_id = {row}.id AND q.key = {_any(value, binder)} "
        f"AND ({' OR '.join(compared)}))"
    )


def _composites(value: Value, row: str, binder: Binder) -> str:
    """``code$value``: the parts belong to the resource as a whole, so each is asked by itself."""
    alternatives = []
    for each in value.values:
        texts = split(each, "$")
        if len(texts) != len(value.parameter.parts):
            raise ValueError(f"{'$'.join(value.parameter.parts)} is expected.")
        conditions = [
            replace(value, parameter=part, modifier="", values=(text,)).sql(row, binder)
            for code, text in zip(value.parameter.parts, texts, strict=True)
            if (part := value.resource_type.parameter(code))
        ]
        alternatives.append(f"({' AND '.join(conditions)})")
    return f"({' OR '.join(alternatives)})"


_BY_TYPE: dict[ParameterType, Callable[[Value, str, Binder], str]] = {
    ParameterType.TOKEN: _tokens,
    ParameterType.URI: _uris,
    ParameterType.REFERENCE: _references,
    ParameterType.STRING: _strings,
    ParameterType.DATE: _dates,
    ParameterType.NUMBER: _numbers,
    ParameterType.QUANTITY: _quantities,
    ParameterType.COMPOSITE: _composites,
}

_BY_CONTENT: dict[str, Callable[[Value, str, Binder], str]] = {
    "missing": by_content.missing,
    "text": by_content.words,
}
