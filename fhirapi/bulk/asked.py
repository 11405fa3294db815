"""What a kick-off asks for, as it is kept with the job.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType

NDJSON = "application/fhir+ndjson"
PARQUET = "application/vnd.apache.parquet"
PROVENANCE = "Provenance"
Associated = Literal["LatestProvenanceResources", "RelevantProvenanceResources"]


@dataclass(frozen=True)
class Asked:
    types: tuple[str, ...] = ()
    """None: all that the token opens."""
    filters: tuple[str, ...] = ()
    """Queries such as ``Observation?status=final``; those of one type are alternatives."""
    elements: tuple[str, ...] = ()
    since: str | None = None
    """The instant, ISO 8601; what changed before it is left out."""
    patients: tuple[str, ...] = ()
    """None: everybody."""
    associated: Associated | None = None
    is_by_patient: bool = False
    """Whether a file holds whole patients, one after the other, instead of one type."""
    output_format: str = NDJSON
    ignored: tuple[str, ...] = ()
    """Texts about what was asked for and is not done (``Prefer: handling=lenient``)."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Asked":
        lists = {name: tuple(value) for name, value in stored.items() if isinstance(value, list)}
        return cls(**{**stored, **lists})

    def resource_types(self) -> Sequence[ResourceType]:
        return [each for each in registry.every() if self._is_wanted(each.name)]

    def _is_wanted(self, name: str) -> bool:
        if name == PROVENANCE and self.associated:
            return True
        return not self.types or name in self.types

    def filters_of(self, name: str) -> list[str]:
        """The queries of which a resource of the type has to fulfil one; none: all are wanted."""
        return [text for kind, _, text in (each.partition("?") for each in self.filters)
                if kind == name]  # fmt: skip
