"""What is asked of the trail. https://hl7.org/fhir/R4/auditevent.html#search

The parameters are those that ``definitions/derived.py`` declares; a scope's condition is made of
the same ones.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.conf import settings

from fhirapi.definitions import registry
from fhirapi.definitions.derived import AUDIT_EVENT
from fhirapi.outcomes import bad_value, missing_parameter, unknown_parameter
from fhirapi.rest.audit_events.coding import OUTCOMES, actions_of
from fhirapi.search.binder import Binder
from fhirapi.search.cost import DEFAULT_COUNT, MAX_COUNT, MAX_LENGTH, MAX_PARAMETERS
from fhirapi.search.value import alternatives
from fhirapi.searchparams import date
from fhirapi.searchparams.values import unescape
from fhirapi.store.constraint import Constraint, Everything, Way

MOST_PATIENTS = 100
PASSED_OVER = frozenset({"_format", "_pretty", "_page"})
IDENTIFIER = "agent:identifier"
"""An app by its client id, or a key by its AccessKeyID."""
_AGENTS = ("Practitioner", "Patient", "RelatedPerson")
_NEWEST_FIRST = "-date"
_IDS = 19
"""Characters of an id that may be one of the trail's."""
# Who did it is told in full (``reading.py``); else it could be guessed by asking.
_TOLD = """
(event.is_own OR event.is_watched OR event.account_id IN (
    SELECT id FROM portal_account WHERE provider_approved_at IS NOT NULL
    UNION SELECT account_id FROM fhirapi_teammember))"""
_LINKED = """
SELECT link.account_id FROM fhirapi_recordlink link
WHERE link.resource_type = ANY({kinds}) AND link.resource_id = {resource_id}"""


@dataclass
class EventQuery:
    patients: list[str] | None = None
    """None: none were named."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Those that are conditions."""
    count: int = DEFAULT_COUNT
    applied: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def shape(self) -> str:
        """Without the values."""
        return "&".join(sorted({name for name, _ in self.applied}))


def parse(pairs: Iterable[tuple[str, str]], *, strict: bool) -> EventQuery:
    """Raises an Outcome."""
    query, pairs = EventQuery(), list(pairs)
    if len(pairs) > MAX_PARAMETERS:
        raise bad_value(pairs[-1][0], f"a search may have at most {MAX_PARAMETERS} parameters.")
    for name, text in pairs:
        if name in PASSED_OVER:
            continue
        if len(text) > MAX_LENGTH or "\x00" in text:
            raise bad_value(name, "the value is too long, or holds what no value can hold.")
        if _add(query, name, text):
            query.applied.append((name, text))
        elif strict:
            raise unknown_parameter(name, AUDIT_EVENT.name)
        else:
            query.ignored.append(name)
    return query


def patients_of(query: EventQuery, of_token: str | None) -> list[str]:
    """Whose events. ``of_token``: the patient of a token that opens one. Raises an Outcome."""
    if query.patients is not None:
        return query.patients
    if of_token is None:
        raise missing_parameter("AuditEvent is searched by patient: add the parameter 'patient'.")
    return [of_token]


def _add(query: EventQuery, name: str, text: str) -> bool:
    if name == "_count":
        query.count = _count(text)
    elif name == "_sort":
        if text != _NEWEST_FIRST:
            raise bad_value(name, f"events come newest first: only {_NEWEST_FIRST} is possible.")
    elif name == "patient":
        named = [_id_of(each, "Patient", name) for each in alternatives(name, text)]
        earlier = query.patients
        query.patients = named if earlier is None else [each for each in named if each in earlier]
        if len(named) > MOST_PATIENTS:
            raise bad_value(name, f"at most {MOST_PATIENTS} patients can be asked for.")
    elif name in _CONDITIONS:
        condition((name, text), Binder(Everything()))  # so that what cannot be read is told now
        query.asked.append((name, text))
    else:
        return False
    return True


def condition(asked: tuple[str, str], binder: Binder) -> str:
    """On ``event``. Raises an Outcome."""
    name, text = asked
    return f"({' OR '.join(_CONDITIONS[name](each, binder) for each in alternatives(name, text))})"


def opened(constraint: Constraint, context: str | None, binder: Binder) -> str:
    """What the scopes open, as a condition on ``event``. ``context``: the token's patient."""
    return f"({' OR '.join(_way(each, context, binder) for each in constraint)})"


def _way(way: Way, context: str | None, binder: Binder) -> str:
    conditions = [condition(_spelt(each), binder) for each in way.criteria]
    if way.only_context:
        conditions.append(f"{binder.bind(context)} = ANY(event.patient_ids)")
    return f"({' AND '.join(conditions)})" if conditions else "true"


def _spelt(criterion: tuple[str, str]) -> tuple[str, str]:
    """A scope may name a patient as any other condition."""
    name, text = criterion
    return (
        ("entity", f"Patient/{text.removeprefix('Patient/')}") if name == "patient" else criterion
    )


def _action(text: str, binder: Binder) -> str:
    return f"event.action = ANY({binder.bind(actions_of(text.rpartition('|')[2]))}::text[])"


def _outcome(text: str, binder: Binder) -> str:
    code = text.rpartition("|")[2]
    found = [outcome for outcome, each in OUTCOMES.items() if each == code]
    return f"event.outcome = ANY({binder.bind(found)}::text[])"


def _date(text: str, binder: Binder) -> str:
    try:
        comparison = date.query(text, datetime.now(UTC))
    except ValueError as error:
        raise bad_value("date", str(error)) from None
    end = "event.recorded + interval '1 microsecond'"
    return f"({date.condition(comparison, 'event.recorded', end, binder.bind)})"


def _agent(text: str, binder: Binder) -> str:
    kind, _, resource_id = _relative(text).rpartition("/")
    if kind not in ("", *_AGENTS):
        raise bad_value("agent", f"an id is expected, of {' or '.join(_AGENTS)}.")
    kinds = [kind] if kind else list(_AGENTS)
    accounts = _LINKED.format(kinds=binder.bind(kinds), resource_id=binder.bind(resource_id))
    return f"({_TOLD} AND event.account_id IN ({accounts}))"


def _app(text: str, binder: Binder) -> str:
    return f"({_TOLD} AND event.client_id = {binder.bind(unescape(text.rpartition('|')[2]))})"


def _entity(text: str, binder: Binder) -> str:
    kind, _, resource_id = _relative(text).rpartition("/")
    if kind and registry.find(kind) is None:
        raise bad_value("entity", "an id is expected, such as Observation/1.")
    if kind == "Patient":
        return f"{binder.bind(resource_id)} = ANY(event.patient_ids)"
    of_type = f" AND event.resource_type = {binder.bind(kind)}" if kind else ""
    # Of an event about others as well the resource is not told (resource.py).
    return f"(event.resource_id = {binder.bind(resource_id)}{of_type} AND event.is_of_these_only)"


def _id(text: str, binder: Binder) -> str:
    known = text if text.isascii() and text.isdigit() and len(text) < _IDS else "-1"
    return f"event.id = {binder.bind(int(known))}"


_CONDITIONS: dict[str, Callable[[str, Binder], str]] = {
    "_id": _id,
    "action": _action,
    "agent": _agent,
    IDENTIFIER: _app,
    "date": _date,
    "entity": _entity,
    "outcome": _outcome,
}


def _id_of(text: str, kind: str, name: str) -> str:
    told, _, resource_id = _relative(text).rpartition("/")
    if told not in ("", kind) or not resource_id:
        raise bad_value(name, f"an id, or {kind}/id, is expected.")
    return resource_id


def _relative(text: str) -> str:
    return unescape(text).removeprefix(f"{settings.FHIR_BASE_URL}/")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or text == "0":
        raise bad_value("_count", "a whole number from 1 on is expected.")
    return min(int(text), MAX_COUNT) if len(text) < 10 else MAX_COUNT
