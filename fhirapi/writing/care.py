"""A written Patient opens the record to whom it names: docs/decisions/0023"""

from collections.abc import Container, Sequence

from fhirapi.outcomes import Problem
from fhirapi.store import rows
from fhirapi.store.colleagues import strangers
from fhirapi.write_outcomes import invalid_resource
from fhirapi.writing.change import Writer
from fhirapi.writing.deeds import Deed, at

_STRANGER = (
    "It would open the record to a practitioner who is neither in it already nor of your own "
    "practice or team."
)


def strangers_let_in(writer: Writer, deeds: Sequence[Deed]) -> set[int]:
    """The deeds, by ``id``, that would let them in. Asked before anything is stored."""
    named = {
        id(deed): {(each, deed.identity[1]) for each in rows.practitioners(deed.resource)}
        for deed in deeds
        if deed.name == "Patient" and deed.resource is not None
    }
    if not named:
        return set()
    refused = strangers(writer.caller, (pair for pairs in named.values() for pair in pairs))
    return {deed_id for deed_id, pairs in named.items() if pairs & refused}


def require_colleagues(deeds: Sequence[Deed], strange: Container[int]) -> None:
    """Raises 422; the same whether that practitioner exists or not."""
    for deed in deeds:
        if id(deed) in strange:
            with at(deed):
                problem = Problem("business-rule", _STRANGER, "Patient.generalPractitioner")
                raise invalid_resource((problem,))
