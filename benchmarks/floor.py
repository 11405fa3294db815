"""The floor: Django with no middleware and views that do one thing each.

One hands a stored Patient through, one has PostgreSQL put fifty stored Observations together, one
verifies and signs as a token needs it.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.conninfo import conninfo_to_dict

from benchmarks.signatures import verify_and_sign

_database = conninfo_to_dict(os.environ["DATABASE_URL"])
settings.configure(
    SECRET_KEY="floor",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    MIDDLEWARE=[],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _database["dbname"],
            "USER": _database.get("user", ""),
            "PASSWORD": _database.get("password", ""),
            "HOST": _database.get("host", ""),
            "PORT": _database.get("port", ""),
            "CONN_MAX_AGE": None,
        }
    },
)


def patient(request: HttpRequest, resource_id: str) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content FROM fhirapi_content WHERE resource_type = 'Patient'"
            " AND resource_id = %s",
            [resource_id],
        )
        [content] = cursor.fetchone() or [""]
    return _answer(content)


def bundle(request: HttpRequest, patient_id: str) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT string_agg(newest.content, ',') FROM (
                SELECT c.content FROM fhirapi_searchrow s JOIN fhirapi_content c ON c.id = s.id
                WHERE s.patient_id = %s AND s.resource_type = 'Observation'
                ORDER BY s.clinical_date DESC LIMIT 50) newest
            """,
            [patient_id],
        )
        [entries] = cursor.fetchone() or [""]
    return _answer(f'{{"resourceType":"Bundle","type":"searchset","entry":[{entries}]}}')


def signatures(request: HttpRequest) -> HttpResponse:
    verify_and_sign()
    return _answer("{}")


def _answer(content: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/json")
    response["Content-Length"] = str(len(response.content))
    return response


urlpatterns = [
    path("Patient/<resource_id>", patient),
    path("bundle/<patient_id>", bundle),
    path("signatures", signatures),
]
application = get_wsgi_application()
