from django.urls import URLPattern, path, re_path

from portal.ui import documentation, home, language, outbox

urlpatterns: list[URLPattern] = [
    path("", home.landing, name="landing"),
    path("portal/", home.home, name="home"),
    path("demo/outbox/", outbox.outbox, name="outbox"),
    path("api-documentation.html", documentation.documentation, name="documentation"),
    re_path(r"^api-documentation(?:\.php)?/?$", documentation.documentation),
    path("language/", language.choose_language, name="language"),
]
