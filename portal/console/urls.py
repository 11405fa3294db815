from django.urls import URLPattern, path

from portal.console import launching, views

urlpatterns: list[URLPattern] = [
    path("console/", views.console, name="console"),
    path("console/callback", views.callback, name="console-callback"),
    path("console/definitions.json", views.definitions, name="console-definitions"),
    path("console/launch/", launching.new_launch, name="console-launch"),
    path("console/patients/", launching.find_patients, name="console-patients"),
    path("console/redirect/", launching.add_redirect, name="console-redirect"),
]
