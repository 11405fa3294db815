from django.urls import URLPattern, path, re_path

from portal.ui import crawlers, documentation, home, language, outbox

urlpatterns: list[URLPattern] = [
    path("", home.landing, name="landing"),
    path("portal/", home.home, name="home"),
    path("demo/outbox/", outbox.outbox, name="outbox"),
    path("api-documentation.html", documentation.documentation, name="documentation"),
    re_path(r"^api-documentation(?:\.php)?/?$", documentation.documentation),
    path("robots.txt", crawlers.robots, name="robots"),
    path("favicon.ico", crawlers.favicon, name="favicon"),
    path("language/", language.choose_language, name="language"),
]
