from django.urls import URLPattern, path

from portal.record import download, views

_RECORD = "portal/patients/<str:patient_id>/record/"

urlpatterns: list[URLPattern] = [
    path("portal/record/", views.own, name="record"),
    path(f"{_RECORD}find/", views.find, name="record-find"),
    path(f"{_RECORD}download/", download.download, name="record-download"),
    path(f"{_RECORD}<slug:slug>/", views.section, name="record-section"),
    path(f"{_RECORD}<slug:slug>/tests/<str:test>/", views.test, name="record-test"),
    path(f"{_RECORD}<slug:slug>/<str:document_id>/", views.document, name="record-document"),
    path(f"{_RECORD}<slug:slug>/<str:document_id>/<int:number>/", views.file, name="record-file"),
]
