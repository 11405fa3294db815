from django.urls import URLPattern, path

from portal.changes import views

urlpatterns: list[URLPattern] = [
    path("changes/", views.changes, name="changes"),
    path("changes.atom", views.feed, name="changes-feed"),
]
