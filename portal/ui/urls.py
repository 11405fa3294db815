from django.urls import URLPattern, path

from portal.ui import crawlers, home, language, outbox

urlpatterns: list[URLPattern] = [
    path("", home.landing, name="landing"),
    path("portal/", home.home, name="home"),
    path("demo/outbox/", outbox.outbox, name="outbox"),
    path("robots.txt", crawlers.robots, name="robots"),
    path("favicon.ico", crawlers.favicon, name="favicon"),
    path("language/", language.choose_language, name="language"),
]
