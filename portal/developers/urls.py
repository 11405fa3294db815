from django.urls import URLPattern, path

from portal.developers import (
    exports,
    keycheck,
    log,
    logo,
    reviews,
    sandbox,
    secrets,
    switch,
    usage,
    views,
    webhooks,
)
from portal.developers.tester import views as tester

_APP = "portal/apps/<slug:client_id>/"

urlpatterns: list[URLPattern] = [
    path("portal/sandbox/", sandbox.sandbox, name="sandbox"),
    path("portal/apps/", views.all_apps, name="apps"),
    path("portal/apps/new/", views.choose_kind, name="app-new"),
    path("portal/apps/new/<slug:kind>/", views.new_app, name="app-new-kind"),
    path(_APP, views.one_app, name="app"),
    path(f"{_APP}edit/", views.edit_app, name="app-edit"),
    path(f"{_APP}keys/", keycheck.check_keys, name="app-keys"),
    path(f"{_APP}secrets/new/", secrets.new_secret, name="app-secret-new"),
    path(f"{_APP}secrets/<int:secret_id>/revoke/", secrets.revoke_secret, name="app-secret-revoke"),
    path(f"{_APP}review/", reviews.ask_for_review, name="app-review"),
    path(f"{_APP}logo/", logo.change_logo, name="app-logo"),
    path("portal/logos/<slug:client_id>/<slug:digest>.png", logo.logo, name="app-logo-shown"),
    path(f"{_APP}requests/", log.request_log, name="app-log"),
    path(f"{_APP}requests.csv", log.download_log, {"form": "csv"}, name="app-log-csv"),
    path(f"{_APP}requests.ndjson", log.download_log, {"form": "ndjson"}, name="app-log-ndjson"),
    path(f"{_APP}usage/", usage.usage, name="app-usage"),
    path(f"{_APP}exports/", exports.exports, name="app-exports"),
    path(f"{_APP}tester/", tester.tester, name="app-tester"),
    path(f"{_APP}tester/start/", tester.start, name="app-tester-start"),
    path(f"{_APP}tester/redirect/", tester.switch_redirect, name="app-tester-redirect"),
    path(f"{_APP}tester/callback/", tester.callback, name="app-tester-callback"),
    path(f"{_APP}tester/<slug:what>/", tester.go_on, name="app-tester-go-on"),
    path(f"{_APP}webhooks/", webhooks.webhook, name="app-webhook"),
    path(f"{_APP}webhooks/test/", webhooks.send_test, name="app-webhook-test"),
    path(f"{_APP}webhooks/remove/", webhooks.remove, name="app-webhook-remove"),
    path(f"{_APP}webhooks/<int:event>/again/", webhooks.send_again, name="app-webhook-again"),
    path(f"{_APP}disable/", switch.disable_app, name="app-disable"),
    path(f"{_APP}enable/", switch.enable_app, name="app-enable"),
    path(f"{_APP}delete/", switch.delete_app, name="app-delete"),
]
