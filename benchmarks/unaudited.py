"""The product without its audit trail, to measure what the trail costs; nothing else serves so."""

from fhirapi.audit import trail
from qsmartcare.wsgi import application

trail.Trail.write = lambda self, entry: None  # type: ignore[method-assign]

__all__ = ["application"]
