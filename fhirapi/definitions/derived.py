"""Types that are not stored but made when they are asked for: read and searched, never written."""

from fhirapi.definitions.builders import ANY, column, date, reference, token
from fhirapi.definitions.schema import ParameterType, ResourceType

# What is not stored has no tags or profiles; only what the trail can be asked for is declared.
AUDIT_EVENT = ResourceType(
    "AuditEvent",
    "Who opened the record, and what they did",
    (
        reference("patient", "entity.what", to="Patient"),
        token("action"),
        reference("agent", "agent.who", to="Patient Practitioner RelatedPerson"),
        date("date", "recorded"),
        reference("entity", "entity.what", to=ANY),
        token("outcome"),
        column("_id", ParameterType.TOKEN),
    ),
    patient="entity.what",
    has_several_patients=True,
    clinical_date="recorded",
)

DERIVED = (AUDIT_EVENT,)
