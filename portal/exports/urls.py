from django.urls import URLPattern, path

from portal.exports import begin, files, views

_EXPORT = "portal/exports/<uuid:job_id>/"

urlpatterns: list[URLPattern] = [
    path("portal/exports/", views.exports, name="exports"),
    path("portal/exports/new/", begin.begin, name="export-new"),
    path(_EXPORT, views.one_export, name="export"),
    path(f"{_EXPORT}end/", views.end, name="export-end"),
    path(f"{_EXPORT}files/<int:file_id>/", files.file, name="export-file"),
]
