"""The product without its audit trail, to measure what the trail costs; nothing else serves so."""

from qsmartcare.wsgi import application  # isort: skip - first: it sets Django up

from fhirapi.audit.trail import Trail

Trail.write = lambda self, entry: None  # type: ignore[method-assign]

__all__ = ["application"]
