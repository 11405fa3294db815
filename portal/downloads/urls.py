from django.urls import URLPattern, path

from portal.downloads import offered, views

urlpatterns: list[URLPattern] = [
    path("downloads/", views.downloads, name="downloads"),
    path(f"downloads/{offered.COLLECTION}", views.collection, name="postman-collection"),
    path(f"downloads/{offered.ENVIRONMENT}", views.environment, name="postman-environment"),
    path("llms.txt", views.llms_txt, name="llms"),
]
