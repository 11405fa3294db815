"""Which views there are. A further one is a declaration in the file of its area."""

from fhirapi.bulk.analytics.view import View
from fhirapi.bulk.analytics.view_definitions.clinical import CLINICAL
from fhirapi.bulk.analytics.view_definitions.financial import FINANCIAL
from fhirapi.bulk.analytics.view_definitions.medications import MEDICATIONS
from fhirapi.bulk.analytics.view_definitions.observations import OBSERVATIONS
from fhirapi.bulk.analytics.view_definitions.people import PEOPLE
from fhirapi.bulk.analytics.view_definitions.practice import PRACTICE
from fhirapi.bulk.analytics.view_definitions.visits import VISITS

VIEWS: tuple[View, ...] = (
    *PEOPLE,
    *PRACTICE,
    *VISITS,
    *CLINICAL,
    *OBSERVATIONS,
    *MEDICATIONS,
    *FINANCIAL,
)
_BY_NAME = {view.name: view for view in VIEWS}


def find(name: str) -> View | None:
    return _BY_NAME.get(name)


def views_of(resource_type: str) -> list[View]:
    """Those that show resources of the type; none for a type without."""
    return [view for view in VIEWS if view.resource == resource_type]
