"""Below the FHIR base. https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""

from django.urls import path

from fhirapi.bulk.files import file
from fhirapi.bulk.importing.defined import definition
from fhirapi.bulk.importing.kickoff import import_system
from fhirapi.bulk.importing.status import rejects
from fhirapi.bulk.importing.status import status as import_status
from fhirapi.bulk.importing.uploads import delete_upload, upload
from fhirapi.bulk.kickoff import export_group, export_patients, export_system
from fhirapi.bulk.status import status
from fhirapi.rest import converters  # noqa: F401 - makes <fhirid> known

urlpatterns = [
    path("$export", export_system),
    path("Patient/$export", export_patients),
    path("Group/<fhirid:group_id>/$export", export_group),
    path("bulk/jobs/<uuid:job_id>", status),
    path("$import", import_system),
    path("OperationDefinition/import", definition),
    path("bulk/uploads", upload),
    path("bulk/uploads/<int:upload_id>", delete_upload),
    path("bulk/imports/<uuid:job_id>", import_status),
    path("bulk/imports/<uuid:job_id>/rejects/<int:number>/OperationOutcome.ndjson", rejects),
    path("bulk/files/<str:signed>/<str:name>", file),
]
