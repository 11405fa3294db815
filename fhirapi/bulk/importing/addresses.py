"""Where an import and its files are found; both only by the client that asked."""

from django.conf import settings

from fhirapi.bulk.importing.models import ImportInput, ImportJob


def of_job(job: ImportJob) -> str:
    return f"{settings.FHIR_BASE_URL}/bulk/imports/{job.pk}"


def of_rejects(of_input: ImportInput) -> str:
    job = f"{settings.FHIR_BASE_URL}/bulk/imports/{of_input.job_id}"
    return f"{job}/rejects/{of_input.number}/OperationOutcome.ndjson"
