from django.urls import URLPattern, path

from portal.activity import views
from portal.activity.export import export

urlpatterns: list[URLPattern] = [
    path("portal/activity/", views.activity, name="activity"),
    path("portal/activity/export/", export, name="activity-export"),
]
