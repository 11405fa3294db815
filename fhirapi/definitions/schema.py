"""The shape of a declaration. https://hl7.org/fhir/R4/searchparameter.html"""

from dataclasses import dataclass
from enum import StrEnum


class ParameterType(StrEnum):
    TOKEN = "token"  # noqa: S105 - the name of a FHIR parameter type
    REFERENCE = "reference"
    DATE = "date"
    STRING = "string"
    URI = "uri"


@dataclass(frozen=True)
class SearchParameter:
    code: str
    type: ParameterType
    paths: tuple[str, ...]
    """Dotted element paths below the resource; ``x[x]`` is a choice of types."""
    targets: tuple[str, ...] = ()
    """For references: the types a bare id may mean."""
    is_nearly_unique: bool = False
    """For tokens: identifiers and the like, whose keys go to the ``refs`` index."""


@dataclass(frozen=True)
class ResourceType:
    name: str
    words: str
    """What it holds in plain words, for consent pages and documentation."""
    search: tuple[SearchParameter, ...]
    patient: str | None = None
    """Path of the reference to the patient whose data it is; ``id`` for Patient itself."""
    clinical_date: str | None = None
    """Path of the date by which results are ordered, newest first."""
    is_shared: bool = False
    """Practice data that every token with the scope may read (Practitioner, Location ...)."""

    def parameter(self, code: str) -> SearchParameter | None:
        return next((each for each in self.search if each.code == code), None)
