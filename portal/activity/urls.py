from django.urls import URLPattern, path

from portal.activity import views

urlpatterns: list[URLPattern] = [path("portal/activity/", views.activity, name="activity")]
