from django.urls import URLPattern, path, re_path

from portal.documentation import guide, views

urlpatterns: list[URLPattern] = [
    path("api-documentation.html", guide.documentation, name="documentation"),
    re_path(r"^api-documentation(?:\.php)?/?$", guide.documentation),
    path("api-documentation/<path:slug>.md", views.source, name="chapter-source"),
    path("api-documentation/<path:slug>", views.chapter, name="chapter"),
]
