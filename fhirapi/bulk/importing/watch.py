"""Looks beside the work on an import whether it is still wanted."""

import uuid

from fhirapi.bulk.watch import Beside
from fhirapi.sql import fetch_one

_LOOK = """
SELECT true FROM fhirapi_importjob WHERE id = %s AND state IN ('fetching', 'running', 'finished')
"""


class Watch(Beside):
    """While the job was neither cancelled nor has failed."""

    def __init__(self, job_id: uuid.UUID) -> None:
        super().__init__(lambda: fetch_one(_LOOK, [job_id]) is not None)
