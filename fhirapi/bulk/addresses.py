"""Where a job and its files are found. A file's address is signed: none can be made up."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest

from fhirapi.bulk.models import ExportFile, ExportJob

_SIGNER = Signer(salt="bulk file", sep=".")


def of_job(job: ExportJob) -> str:
    return f"{settings.FHIR_BASE_URL}/bulk/jobs/{job.pk}"


def of_file(file: ExportFile) -> str:
    signed = _SIGNER.sign(str(file.pk))
    return f"{settings.FHIR_BASE_URL}/bulk/files/{signed}/{file.file_name}"


def file_id(signed: str) -> int | None:
    """None for an address that is not ours."""
    try:
        return int(_SIGNER.unsign(signed))
    except (BadSignature, ValueError):
        return None


def as_asked(request: HttpRequest) -> str:
    """The kick-off's address as its client knows it."""
    return settings.BASE_URL + request.get_full_path()
