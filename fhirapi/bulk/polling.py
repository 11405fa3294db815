"""The answer while a job is under way: how far it is, and when to ask again.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---in-progress-status
"""

from django.http import HttpResponse
from django.utils import timezone

from fhirapi.bulk.job import Job
from fhirapi.bulk.problems import asked_too_often
from fhirapi.rest.view import empty
from fhirapi.sql import fetch_one

_AGAIN_IN = (1, 2, 5, 10, 30)  # seconds; the longer it runs, the longer
_POLLED = """
INSERT INTO {polls} AS poll (job_id, polled_at) VALUES (%(job)s, now())
ON CONFLICT (job_id) DO UPDATE SET polled_at = now()
WHERE poll.polled_at <= now() - interval '1 second'
RETURNING true
"""
EXPORTS = _POLLED.format(polls="fhirapi_exportpoll")
IMPORTS = _POLLED.format(polls="fhirapi_importpoll")


def under_way(job: Job, polled: str, percent: int) -> HttpResponse:
    """``polled``: EXPORTS or IMPORTS. Raises the 429 outcome."""
    if fetch_one(polled, {"job": job.pk}) is None:
        raise asked_too_often()
    seconds = (timezone.now() - job.created_at).total_seconds()
    response = empty(202)
    response["X-Progress"] = f"{percent} %"
    response["Retry-After"] = str(next((some for some in _AGAIN_IN if some * 10 > seconds), 30))
    return response
