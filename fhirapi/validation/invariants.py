"""FHIR's rules, by the type or element that they are about. Those of contained resources (dom-2 to
dom-5, ref-1) are in ``contained.py``, those of narratives in ``narrative.py``."""

from fhirapi.validation.resource_rules import OF_RESOURCES
from fhirapi.validation.rules import Rule
from fhirapi.validation.type_rules import OF_TYPES

RULES: dict[str, tuple[Rule, ...]] = OF_TYPES | OF_RESOURCES
