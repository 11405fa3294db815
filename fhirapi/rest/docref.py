"""``DocumentReference/$docref``. http://hl7.org/fhir/us/core/OperationDefinition/docref

Translated to the search that means the same; documents are stored, none is made on demand.
"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions import registry
from fhirapi.outcomes import bad_operation_parameter, missing_parameter, unknown_type
from fhirapi.rest.operation import Pairs, Parameters, of_query_and_body
from fhirapi.rest.search import search_type
from fhirapi.rest.view import authenticated, fhir_view

_TRANSLATED = frozenset({"start", "end", "on-demand"})


@fhir_view("GET", "HEAD", "POST")
def docref(request: HttpRequest) -> HttpResponse:
    authenticated(request)
    document = registry.find("DocumentReference")
    if document is None:
        raise unknown_type("DocumentReference")
    return search_type(request, document, _search(of_query_and_body(request, "$docref")))


def _search(asked: Parameters) -> Pairs:
    """``patient``, ``type`` and whatever else is a search parameter are searched for as given."""
    if asked.one("patient") is None:
        raise missing_parameter("$docref needs the parameter 'patient'.")
    pairs = [each for each in asked.pairs if each[0] not in _TRANSLATED]
    if asked.cursor:
        pairs.append(("_page", asked.cursor))
    if _is_on_demand(asked):
        pairs.append(("_lastUpdated", "lt1900"))  # none is: a search that matches nothing
    return [*pairs, *_period(asked)]


def _period(asked: Parameters) -> Pairs:
    """The time of care that a document is about; without one, the documents that are current."""
    start, end = asked.date("start"), asked.date("end")
    if start is None and end is None:
        return [("status", "current")]
    after = [("period", f"ge{start.start.isoformat()}")] if start else []
    before = [("period", f"lt{end.end.isoformat()}")] if end else []
    return [*after, *before]


def _is_on_demand(asked: Parameters) -> bool:
    text = asked.one("on-demand") or "false"
    if text not in ("true", "false"):
        raise bad_operation_parameter("on-demand", "true or false is expected.")
    return text == "true"
