from django.urls import URLPattern, path

from portal.connections.views import connections, disconnect

below_fhir_base: list[URLPattern] = [
    path("oauth2/manage", connections, name="manage"),
    path("oauth2/manage/<str:client_id>", disconnect, name="disconnect"),
    path("oauth2/manage/<str:client_id>/<int:approval_id>", disconnect, name="disconnect-one"),
]
