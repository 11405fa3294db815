"""The rows: every kind of record, by area. To add one, add a row to the file of its area."""

from fhirapi.provider.kinds.clinical import CLINICAL
from fhirapi.provider.kinds.people import PEOPLE
from fhirapi.provider.kinds.results import RESULTS

AREAS = (PEOPLE, CLINICAL, RESULTS)
