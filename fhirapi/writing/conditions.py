"""Which resource a conditional change means. https://hl7.org/fhir/R4/http.html#ccreate

Two requests with the same condition at the same time go one after the other: else both would find
nothing and both would create.
"""

import re
from collections.abc import Iterable, Sequence

from fhirapi.definitions.schema import ResourceType
from fhirapi.search.matching import matching, selection
from fhirapi.searchparams.values import split
from fhirapi.store.locks import one_after_the_other
from fhirapi.write_outcomes import already_exists, same_condition_twice, several_match
from fhirapi.writing.change import Condition, Create, Update, Writer
from fhirapi.writing.deeds import Deed, at

_SYSTEM = re.compile(r"^.*[|/](?=.)", re.DOTALL)
"""Before a code, an identifier's value or an id: its system, its type, its server."""


class Meanwhile(Exception):
    """Another request changed what a condition means: this one begins again."""


def resolve(writer: Writer, deeds: Sequence[Deed]) -> None:
    """Gives each conditional deed the id of what it means. Raises an Outcome: 403, 412, a 400."""
    asked = {id(deed): condition for deed in deeds if (condition := _condition(deed)) is not None}
    if not asked:
        return
    be_alone((deed.name, asked[id(deed)]) for deed in deeds if id(deed) in asked)
    unmet = set()
    for deed in deeds:
        if (condition := asked.get(id(deed))) is None:
            continue
        with at(deed):
            _resolve(writer, deed, condition)
            if deed.is_unmet and (deed.name, _text(condition)) in unmet:
                raise same_condition_twice(deed.name)
        if deed.is_unmet:
            unmet.add((deed.name, _text(condition)))


def require_still_meant(writer: Writer, deeds: Sequence[Deed]) -> None:
    """That what is locked now is what the condition means: another request may just have changed
    it. Raises Meanwhile.
    """
    for deed in deeds:
        change = deed.change
        if isinstance(change, Create) or change.condition is None or deed.standing is None:
            continue
        if not deed.is_unmet:
            with at(deed):
                found = meant(writer, change.resource_type, change.condition)
            if found != [deed.resource_id]:
                raise Meanwhile


def be_alone(asked: Iterable[tuple[str, Condition]]) -> None:
    """Others who ask the same of a type wait until the transaction ends.

    Of a transaction that changes one record after the other: all at once and before the first, so
    that no two of them wait for each other.
    """
    one_after_the_other((name, _gist(condition)) for name, condition in asked)


def meant(writer: Writer, resource_type: ResourceType, condition: Condition) -> list[str]:
    """The ids of at most two that meet it. Raises an Outcome."""
    writer.access.decide(resource_type.name, "search-type")
    return matching(writer.caller, selection(resource_type, condition), writer.access)


def _condition(deed: Deed) -> Condition | None:
    change = deed.change
    return change.if_none_exist if isinstance(change, Create) else change.condition


def _text(condition: Condition) -> str:
    return "&".join(f"{name}={text}" for name, text in sorted(condition))


def _gist(condition: Condition) -> str:
    """Equal for conditions that mean the same: ``patient=1`` and ``subject=Patient/1``, a code with
    its system and without, alternatives in another order. Others that share it wait needlessly.
    """
    values = (each for _, text in condition for each in split(text, ","))
    return ",".join(sorted({_SYSTEM.sub("", each).casefold() for each in values}))


def _resolve(writer: Writer, deed: Deed, condition: Condition) -> None:
    found = meant(writer, deed.change.resource_type, condition)
    if len(found) > 1:
        raise several_match(deed.name)
    if found:
        deed.resource_id = found[0]
        if isinstance(deed.change, Create):
            deed.result = "found"
        elif isinstance(deed.change, Update) and deed.change.only_new:
            raise already_exists(*deed.identity)
    elif isinstance(deed.change, Update):
        given = deed.change.resource.get("id")
        deed.resource_id = given if isinstance(given, str) else None
        deed.is_unmet = True
    elif isinstance(deed.change, Create):
        deed.is_unmet = True
