"""Whole populations out: asynchronous exports whose work many processes share.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html

Begin with ``kickoff.py``: a request becomes an ``ExportJob``. A worker (``tasks.py``, ``manage.py
work``) plans it (``plan.py``): it fixes the moment of which the export tells, whose records it
holds, and cuts the work into parts. Any number of workers carry the parts out (``export.py``),
each part one statement (``source.py``) whose rows become lines of files (``segments.py``). The
last one finishes the job (``finish.py``): practice data that was referred to, files put together.

Apps ask ``status.py`` and fetch ``files.py``. Everything that changes a job stands in ``jobs.py``.

Whole populations in: ``importing``.
"""
