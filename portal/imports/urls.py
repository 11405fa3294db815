from django.urls import URLPattern, path

from portal.imports import views

_IMPORTS = "portal/exports/imports/"  # below the menu's entry
_IMPORT = f"{_IMPORTS}<uuid:job_id>/"

urlpatterns: list[URLPattern] = [
    path(_IMPORTS, views.imports, name="imports"),
    path(_IMPORT, views.one_import, name="import"),
    path(f"{_IMPORT}end/", views.end, name="import-end"),
    path(f"{_IMPORT}rejects/<int:number>/", views.rejects, name="import-rejects"),
]
