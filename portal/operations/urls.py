"""Addresses of the operations desk, below /admin/; the admin site takes them among its own."""

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.http import HttpResponse
from django.urls import URLPattern, path

from portal.operations import (
    apps,
    backend_services,
    desk,
    guardians,
    job_pages,
    partner_review,
    partners,
    signing_keys,
)

_APPLICATION = "queue/partner-applications/<int:application_id>"


def urlpatterns_for(site: AdminSite) -> list[URLPattern]:
    pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
        # Before the queues' own: "decline" is a step of theirs, too.
        (f"{_APPLICATION}/", partner_review.review, "partner-application"),
        (f"{_APPLICATION}/messages/", partner_review.say, "partner-say"),
        (f"{_APPLICATION}/<slug:step>/", partner_review.take, "partner-step"),
        ("queue/<slug:name>/", desk.queue, "queue"),
        ("queue/<slug:name>/<int:account_id>/reopen/", desk.reopen, "reopen"),
        ("queue/<slug:name>/<int:account_id>/decline/", desk.decline, "decline"),
        ("queue/apps/<int:client_pk>/", apps.review_app, "review-app"),
        ("queue/apps/<int:client_pk>/again/", apps.look_again, "review-again"),
        ("queue/services/<int:client_pk>/", backend_services.approve_service, "approve-service"),
        ("partner/<int:client_pk>/", partners.provider_access_of, "provider-access"),
        ("guardian/<int:account_id>/", guardians.link_guardian, "link-guardian"),
        ("guardian/<int:account_id>/end/", guardians.end_link, "end-guardian"),
        ("jobs/", job_pages.jobs, "jobs"),
        ("jobs/<slug:name>/run/", job_pages.run, "run-job"),
        ("signing-keys/", signing_keys.signing_keys, "signing-keys"),
    ]
    return [path(address, site.admin_view(view), name=name) for address, view, name in pages]
