from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter

from fhirapi.provider import problems
from fhirapi.provider import registry as kinds
from fhirapi.provider.bulk import bulk
from fhirapi.provider.changes import changes
from fhirapi.provider.create import create
from fhirapi.provider.delete import delete
from fhirapi.provider.documents import download, upload
from fhirapi.provider.listing import list_records
from fhirapi.provider.published import openapi, problem_types, root
from fhirapi.provider.read import read
from fhirapi.provider.schema import Does, Kind
from fhirapi.provider.update import patch, replace
from fhirapi.provider.view import Action, endpoint, public
from fhirapi.provider.webhooks import hooks
from fhirapi.rest.converters import ResourceIdConverter


class KindConverter:
    """A kind by its name; anything else is no address."""

    regex = "[a-z_]+"

    def to_python(self, value: str) -> Kind:
        found = kinds.find(value)
        if found is None:
            raise ValueError(value)
        return found

    def to_url(self, value: Kind) -> str:
        return value.name


register_converter(KindConverter, "kind")
register_converter(ResourceIdConverter, "recordid")


def _nothing_here(request: HttpRequest, **_: Any) -> HttpResponse:
    return problems.response(problems.nothing_here())


_records = endpoint(
    GET=Action(list_records, Does.LIST),
    POST=Action(create, Does.CREATE),
)
_record = endpoint(
    GET=Action(read, Does.READ),
    PUT=Action(replace, Does.UPDATE),
    PATCH=Action(patch, Does.UPDATE),
    DELETE=Action(delete, Does.DELETE),
)

urlpatterns = [
    path("", public(root), name="root"),
    path("openapi.json", endpoint(GET=Action(openapi))),
    path("problem-types", public(problem_types), name="problem-types"),
    path("changes", endpoint(GET=Action(changes))),
    path("webhooks", endpoint(GET=Action(hooks.list_hooks), POST=Action(hooks.create_hook))),
    path(
        "webhooks/<uuid:hook_id>",
        endpoint(GET=Action(hooks.read_hook), DELETE=Action(hooks.delete_hook)),
    ),
    path("webhooks/<uuid:hook_id>/secret", endpoint(POST=Action(hooks.rotate_secret))),
    path("webhooks/<uuid:hook_id>/deliveries", endpoint(GET=Action(hooks.deliveries))),
    path("documents/upload", endpoint(POST=Action(upload, Does.CREATE))),
    path(
        "documents/<recordid:record_id>/content",
        endpoint(GET=Action(download, answers_json=False)),
    ),
    path("<kind:kind>", _records),
    path("<kind:kind>/bulk", endpoint(POST=Action(bulk, Does.UPDATE))),
    path("<kind:kind>/<recordid:record_id>", _record),
    path("<anything:rest>", _nothing_here, name="nothing-here"),
]
