"""The rows: every kind of record, by area. To add one, add a row to the file of its area."""

from fhirapi.provider.kinds.administrative import ADMINISTRATIVE
from fhirapi.provider.kinds.billing import BILLING
from fhirapi.provider.kinds.care import CARE
from fhirapi.provider.kinds.clinical import CLINICAL
from fhirapi.provider.kinds.documents import DOCUMENTS
from fhirapi.provider.kinds.medications import MEDICATIONS
from fhirapi.provider.kinds.messages import MESSAGES
from fhirapi.provider.kinds.people import PEOPLE
from fhirapi.provider.kinds.reports import REPORTS
from fhirapi.provider.kinds.results import RESULTS
from fhirapi.provider.kinds.scheduling import SCHEDULING
from fhirapi.provider.kinds.visits import VISITS

AREAS = (
    PEOPLE,
    CLINICAL,
    MEDICATIONS,
    RESULTS,
    REPORTS,
    VISITS,
    DOCUMENTS,
    CARE,
    ADMINISTRATIVE,
    SCHEDULING,
    BILLING,
    MESSAGES,
)
