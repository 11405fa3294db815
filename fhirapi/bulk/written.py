"""A file of an export, as the part that wrote it tells of it."""

from dataclasses import dataclass

from fhirapi.bulk.models import ExportFile


@dataclass(frozen=True)
class Written:
    resource_type: str
    name: str
    """In the storage."""
    count: int
    """Resources, or a view's rows."""
    size: int
    kind: str = ExportFile.Kind.OUTPUT
    view: str = ""
    """Whose rows the file holds; empty: resources."""
