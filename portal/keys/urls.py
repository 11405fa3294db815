from django.urls import URLPattern, path

from portal.keys import reveal, rotation, views

_KEY = "portal/api/<slug:access_key_id>/"

urlpatterns: list[URLPattern] = [
    path("portal/api/", views.all_keys, name="keys"),
    path("portal/api/new/", views.new_key, name="key-new"),
    path("portal/api/patients/", views.pick_patients, name="key-patients"),
    path(_KEY, views.one_key, name="key"),
    path(f"{_KEY}secret/", reveal.secret, name="key-secret"),
    path(f"{_KEY}status/", rotation.set_status, name="key-status"),
    path(f"{_KEY}rotate/", rotation.rotate, name="key-rotate"),
]
