from django.urls import URLPattern, path

from portal.status import views

urlpatterns: list[URLPattern] = [
    path("status/", views.page, name="status"),
    path("status.json", views.as_json, name="status-json"),
    path("status.atom", views.feed, name="status-feed"),
]
