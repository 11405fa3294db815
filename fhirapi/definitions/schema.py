"""The shape of a declaration. https://hl7.org/fhir/R4/searchparameter.html"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class ParameterType(StrEnum):
    TOKEN = "token"  # noqa: S105 - the name of a FHIR parameter type
    REFERENCE = "reference"
    DATE = "date"
    STRING = "string"
    URI = "uri"
    QUANTITY = "quantity"
    NUMBER = "number"
    COMPOSITE = "composite"


@dataclass(frozen=True)
class SearchParameter:
    code: str
    type: ParameterType
    paths: tuple[str, ...]
    """Below the resource, in the subset of FHIRPath that searchparams/paths.py has."""
    targets: tuple[str, ...] = ()
    """For references: the types a bare id may mean."""
    is_narrow: bool = False
    """For references: what refers to another type than ``targets`` is not meant."""
    is_nearly_unique: bool = False
    """For tokens: identifiers and the like, whose keys go to the ``refs`` index."""
    stored_as: tuple[str, ...] = ()
    """Parameters under which its values are indexed already; then it has no entries of its own."""
    parts: tuple[str, ...] = ()
    """For composites: the parameters whose values are given together."""

    @property
    def indexed_as(self) -> tuple[str, ...]:
        return self.stored_as or (self.code,)


@dataclass(frozen=True, eq=False)
class ResourceType:
    name: str
    words: str
    """What it holds in plain words, for consent pages and documentation."""
    search: tuple[SearchParameter, ...]
    mandatory: tuple[str, ...] = ()
    """Elements without which it is none: no part of a resource leaves them out."""
    summary: tuple[str, ...] = ()
    """Elements of ``_summary=true``: what R4 marks as summary, and what must not be left out.
    Where none are named: those that can be searched."""
    patient: str | None = None
    """Path of the reference to the patient whose data it is; ``id`` for Patient itself."""
    has_several_patients: bool = False
    """Whether that path can lead to more than the one patient whose data it then is."""
    clinical_date: str | None = None
    """Path of the date by which results are ordered, newest first."""
    is_shared: bool = False
    """Practice data that every token with the scope may read (Practitioner, Location ...)."""
    members: str | None = None
    """For lists of patients: the search parameter that names those on it. Who may see every one
    of them may see the list."""

    def parameter(self, code: str) -> SearchParameter | None:
        return self._by_code.get(code)

    def names_patient(self, parameter: SearchParameter) -> bool:
        """Whether the reference is the one whose value is the row's patient: a column."""
        return (
            parameter.paths == (self.patient,)
            and "Patient" in parameter.targets
            and not self.has_several_patients
        )

    def is_clinical_date(self, parameter: SearchParameter) -> bool:
        """Whether the date is the one that the row has as columns."""
        return parameter.paths == (self.clinical_date,)

    @cached_property
    def summary_elements(self) -> frozenset[str]:
        searched = (path.partition(".")[0] for each in self.search for path in each.paths)
        return frozenset(self.summary or searched)

    @cached_property
    def _by_code(self) -> dict[str, SearchParameter]:
        return {each.code: each for each in self.search}
