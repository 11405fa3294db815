"""Which operations there are, beside reading, searching and writing.

https://hl7.org/fhir/R4/operations.html - what is said of each here, CapabilityStatement, OpenAPI
and the Postman collection repeat; how each is done stands in ``rest`` and ``bulk``.
"""

from dataclasses import dataclass
from enum import StrEnum

_R4 = "http://hl7.org/fhir/OperationDefinition"
_US_CORE = "http://hl7.org/fhir/us/core/OperationDefinition"
_BULK = "http://hl7.org/fhir/uv/bulkdata/OperationDefinition"


class Level(StrEnum):
    SYSTEM = "system"
    TYPE = "type"
    INSTANCE = "instance"


@dataclass(frozen=True)
class OperationParameter:
    name: str
    type: str
    """Of FHIR: ``code``, ``dateTime``, ``string``."""
    words: str
    is_required: bool = False


@dataclass(frozen=True)
class Operation:
    name: str
    definition: str
    """Its canonical; without a scheme: one of our own, below the FHIR base."""
    words: str
    levels: frozenset[Level]
    types: tuple[str, ...] = ()
    """On whose addresses; empty: on those of every type, or of none if it is the system's."""
    parameters: tuple[OperationParameter, ...] = ()
    methods: tuple[str, ...] = ("GET", "POST")
    is_asynchronous: bool = False
    """Answered with 202 and the address of a job."""
    writes: bool = False

    @property
    def is_of_every_type(self) -> bool:
        return not self.types and self.levels != {Level.SYSTEM}

    def is_of(self, resource_type: str) -> bool:
        return self.is_of_every_type or resource_type in self.types


_SINCE = OperationParameter("_since", "instant", "Only what was changed since.")
_TYPE = OperationParameter("_type", "code", "Only these resource types; commas between several.")
_COUNT = OperationParameter("_count", "integer", "Entries of a page.")
_EXPORT = (
    OperationParameter(
        "_outputFormat", "string", "application/fhir+ndjson, or parquet for flat tables."
    ),
    _SINCE,
    _TYPE,
    OperationParameter("_typeFilter", "string", "Searches such as Observation?status=final."),
    OperationParameter("_elements", "string", "Only these elements of the resources."),
    OperationParameter("includeAssociatedData", "code", "LatestProvenanceResources and the like."),
    OperationParameter("organizeOutputBy", "code", "Patient: a file holds whole patients."),
)
_OF_PATIENTS = OperationParameter("patient", "Reference", "Only these patients: Patient/1.")
_KICKED_OFF = frozenset({Level.SYSTEM}), frozenset({Level.TYPE}), frozenset({Level.INSTANCE})


def _export(name: str, words: str, level: int, *types: str) -> Operation:
    of_patients = () if level == 0 else (_OF_PATIENTS,)
    return Operation(
        "export", f"{_BULK}/{name}", words, _KICKED_OFF[level], types,
        (*_EXPORT, *of_patients), is_asynchronous=True,
    )  # fmt: skip


OPERATIONS = (
    Operation(
        "everything",
        f"{_R4}/Patient-everything",
        "All that belongs to a patient's record, page by page.",
        frozenset({Level.TYPE, Level.INSTANCE}),
        ("Patient",),
        (
            _SINCE,
            OperationParameter("start", "date", "Care from this day on."),
            OperationParameter("end", "date", "Care up to this day."),
            _TYPE,
            _COUNT,
        ),
    ),
    _export("patient-export", "Exports the records of all patients that the token opens.", 1,
            "Patient"),
    _export("group-export", "Exports the records of a Group's members.", 2, "Group"),
    Operation(
        "docref",
        f"{_US_CORE}/docref",
        "The documents of a patient, the current ones without a period.",
        frozenset({Level.TYPE}),
        ("DocumentReference",),
        (
            OperationParameter("patient", "id", "Whose documents.", is_required=True),
            OperationParameter("start", "dateTime", "Of care from then on."),
            OperationParameter("end", "dateTime", "Of care up to then."),
            OperationParameter("type", "token", "Their kind: system|code."),
            OperationParameter("on-demand", "boolean", "true finds none: all are stored."),
        ),
    ),
    _export("export", "Exports everything that the token opens.", 0),
    Operation(
        "import",
        "OperationDefinition/import",  # nobody has published one
        "Stores the resources of NDJSON files.",
        frozenset({Level.SYSTEM}),
        methods=("POST",),
        is_asynchronous=True,
        writes=True,
    ),
    Operation(
        "validate",
        f"{_R4}/Resource-validate",
        "What would be wrong with a resource; nothing is stored.",
        frozenset({Level.TYPE, Level.INSTANCE}),
        (),
        (
            OperationParameter("mode", "code", "create, update, delete or profile."),
            OperationParameter("profile", "uri", "A profile that it has to conform to as well."),
        ),
        methods=("POST",),
    ),
)  # fmt: skip


def of_type(resource_type: str) -> list[Operation]:
    """In the order of the declarations."""
    return [each for each in OPERATIONS if each.is_of(resource_type)]


def of_system() -> list[Operation]:
    return [each for each in OPERATIONS if Level.SYSTEM in each.levels]
