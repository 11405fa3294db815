from django.urls import URLPattern, path

from portal.patients import views

_PATIENT = "portal/patients/<str:patient_id>/"

urlpatterns: list[URLPattern] = [
    path("portal/patients/", views.all_patients, name="patients"),
    path(_PATIENT, views.one_patient, name="patient"),
    path(f"{_PATIENT}open/", views.open_app, name="open-app"),
]
