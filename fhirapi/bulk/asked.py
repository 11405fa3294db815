"""What a kick-off asks for. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import bad_operation_parameter
from fhirapi.rest.operation import Parameters

PARAMETERS = frozenset({"_outputFormat", "_since", "_type"})
NDJSON = "application/fhir+ndjson"
_FORMATS = dict.fromkeys((NDJSON, "application/ndjson", "ndjson"), NDJSON)


@dataclass(frozen=True)
class Asked:
    types: tuple[str, ...] = ()
    """None: all that the token opens."""
    since: str | None = None
    """The instant, ISO 8601; what changed before it is left out."""
    output_format: str = NDJSON

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Asked":
        lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
        return cls(**{**stored, **lists})

    def resource_types(self) -> Sequence[ResourceType]:
        return [each for each in registry.every() if not self.types or each.name in self.types]


def asked(parameters: Parameters) -> Asked:
    """Raises the 400 outcome for a value that means nothing here."""
    since = parameters.date("_since")
    if since and since.start > datetime.now(UTC):
        raise bad_operation_parameter("_since", "the instant is in the future.")
    return Asked(
        types=_types(parameters),
        since=since.start.isoformat() if since else None,
        output_format=_format(parameters),
    )


def _types(parameters: Parameters) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(parameters.all("_type")))
    for name in names:
        if registry.find(name) is None:
            raise bad_operation_parameter("_type", f"there is no resource type '{name[:64]}' here.")
    return names


def _format(parameters: Parameters) -> str:
    given = parameters.one("_outputFormat") or NDJSON
    # In a query the plus arrives as a blank unless it was escaped.
    found = _FORMATS.get(given.replace(" ", "+"))
    if found is None:
        raise bad_operation_parameter("_outputFormat", f"one of {', '.join(_FORMATS)} is expected.")
    return found
