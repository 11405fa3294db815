"""The floor: Django with no middleware and one view that runs one SQL statement."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg.conninfo import conninfo_to_dict

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
    response = HttpResponse(content, content_type="application/json")
    response["Content-Length"] = str(len(response.content))
    return response


urlpatterns = [path("Patient/<resource_id>", patient)]
application = get_wsgi_application()
