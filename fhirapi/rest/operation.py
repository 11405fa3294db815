"""The parameters of an operation: from the query, a form, or a Parameters resource.

https://hl7.org/fhir/R4/operations.html#executing
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import orjson
from django.conf import settings
from django.http import HttpRequest, QueryDict

from fhirapi.definitions.operations import Operation
from fhirapi.outcomes import (
    bad_operation_parameter,
    bad_request,
    unknown_operation_parameter,
    unsupported_parameters_type,
)
from fhirapi.rest.negotiation import wants_strict
from fhirapi.search.cost import DEFAULT_COUNT, MAX_COUNT
from fhirapi.searchparams import date

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "")
_JSON = ("application/fhir+json", "application/json", "text/json")
_PASSED_OVER = frozenset({"_format", "_pretty"})
_MOST = 100  # parameters of one request
_LONGEST = 10_000  # characters of one value

Pairs = list[tuple[str, str]]


def definition_of(operation: Operation) -> str:
    """The canonical of its OperationDefinition."""
    return urljoin(f"{settings.FHIR_BASE_URL}/", operation.definition)


@dataclass
class Parameters:
    pairs: Pairs = field(default_factory=list)
    """What was understood."""
    ignored: list[str] = field(default_factory=list)
    cursor: str | None = None

    def all(self, name: str) -> list[str]:
        """Every value, those with commas between them taken apart."""
        found = (value for given, value in self.pairs if given == name)
        return [part.strip() for value in found for part in value.split(",") if part.strip()]

    def one(self, name: str) -> str | None:
        """Raises the 400 outcome if it is given more than once, or empty."""
        found = [value for given, value in self.pairs if given == name]
        if len(found) > 1:
            raise bad_operation_parameter(name, "it may be given once.")
        if found and not found[0].strip():
            raise bad_operation_parameter(name, "the value is empty.")
        return found[0].strip() if found else None

    def date(self, name: str) -> date.Range | None:
        text = self.one(name)
        try:
            # In a query the plus of a time zone arrives as a blank unless it was escaped.
            return date.parse(text.replace(" ", "+")) if text else None
        except ValueError as error:
            raise bad_operation_parameter(name, str(error)) from None

    @property
    def count(self) -> int:
        text = self.one("_count")
        if text is None:
            return DEFAULT_COUNT
        if not (text.isascii() and text.isdigit()):
            raise bad_operation_parameter("_count", "a whole number is expected.")
        return min(int(text), MAX_COUNT) if len(text) < 10 else MAX_COUNT


def of_query(request: HttpRequest, operation: str, known: Collection[str]) -> Parameters:
    return _understood(request, operation, known, _of(request.GET))


def of_query_and_body(
    request: HttpRequest, operation: str, known: Collection[str] | None = None, most: int = _MOST
) -> Parameters:
    """Raises an Outcome for a body that is neither a form nor a Parameters resource.

    ``known``: the names that the operation has; None where somebody else judges them.
    ``most``: how many parameters a request may have.
    """
    given = _of(request.GET)
    if request.method == "POST":
        if request.content_type in _JSON:
            given += _of_resource(request.body)
        elif request.content_type in _FORMS:
            given += _of(request.POST)
        else:
            raise unsupported_parameters_type()
    return _understood(request, operation, known, given, most)


def _understood(
    request: HttpRequest,
    operation: str,
    known: Collection[str] | None,
    given: Pairs,
    most: int = _MOST,
) -> Parameters:
    if len(given) > most:
        raise bad_request(f"At most {most} parameters are possible.")
    found = Parameters()
    for name, value in given:
        if len(value) > _LONGEST or "\x00" in value:
            raise bad_operation_parameter(name, "the value is too long or no text.")
        if name == "_page":
            found.cursor = value
        elif known is None or name in known:
            found.pairs.append((name, value))
        elif name not in _PASSED_OVER:
            if wants_strict(request):
                raise unknown_operation_parameter(name, operation)
            found.ignored.append(name)
    return found


def _of(query: QueryDict) -> Pairs:
    return [(name, value) for name, values in query.lists() for value in values]


def _of_resource(body: bytes) -> Pairs:
    """A Parameters resource; an empty body is none."""
    if not body.strip():
        return []
    try:
        resource = orjson.loads(body)
    except ValueError:
        raise bad_request("The body is no JSON.") from None
    if type(resource) is not dict or resource.get("resourceType") != "Parameters":
        raise bad_request("A Parameters resource is expected.")
    given = resource.get("parameter", [])
    if type(given) is not list or not all(type(each) is dict for each in given):
        raise bad_request("A Parameters resource has a list of parameters.")
    return [_pair(each) for each in given]


def _pair(parameter: dict[str, Any]) -> tuple[str, str]:
    name = str(parameter.get("name", ""))
    values = [value for element, value in parameter.items() if element.startswith("value")]
    text = _text(values[0]) if len(values) == 1 else None
    if not name or text is None:
        raise bad_operation_parameter(name or "?", "a name and one value are expected.")
    return name, text


def _text(value: Any) -> str | None:
    """A primitive as it stands in a query; a concept as its codes; a reference as its target."""
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case {"reference": str(target)}:
            return target
        case {"coding": list(codings)}:
            codes = [code for each in codings if (code := _text(each))]
            return ",".join(codes) or None
        case {"code": str(code), **rest}:
            system = rest.get("system")
            return f"{_escaped(str(system))}|{_escaped(code)}" if system else _escaped(code)
    return None


def _escaped(text: str) -> str:
    for special in "\\,|$":
        text = text.replace(special, f"\\{special}")
    return text
