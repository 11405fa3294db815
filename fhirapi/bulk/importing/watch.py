"""Looks beside the work on an import whether it is still wanted."""

import uuid

from fhirapi.bulk.watch import Beside
from fhirapi.sql import fetch_one

_LOOK = "SELECT true FROM fhirapi_importjob WHERE id = %s AND state = %s"


class Watch(Beside):
    """While the job is in this state."""

    def __init__(self, job_id: uuid.UUID, state: str) -> None:
        super().__init__(lambda: fetch_one(_LOOK, [job_id, state]) is not None)
