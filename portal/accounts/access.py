"""Who may open a page: decorators for views, and the request they hand on."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from portal.accounts.models import Account

P = ParamSpec("P")

# Remembers, beyond the end of the session, which of the two doors this browser last came through.
DOOR_COOKIE = f"{settings.COOKIE_PREFIX}qsmartcare_door"
DOORS = {"patient": "portal:patient-sign-in", "provider": "portal:provider-sign-in"}


class AccountRequest(HttpRequest):
    """The request of somebody who has signed in."""

    user: Account


def signed_in(
    view: Callable[Concatenate[AccountRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Leads everybody else to the door they last used, and back here afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_the_door(request)
        response = view(request, *args, **kwargs)  # type: ignore[arg-type]  # signed in by now
        # The Back button must not show a record after signing out.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return guarded


def approved_provider(
    view: Callable[Concatenate[AccountRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only for providers whom an administrator has approved; the home page tells the others."""

    @wraps(view)
    def guarded(request: AccountRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_provider:
            return view(request, *args, **kwargs)
        if request.user.works_for_the_practice:
            return redirect("portal:home")
        raise PermissionDenied

    return signed_in(guarded)


def door_of(account: Account) -> str:
    """The URL name of the sign-in page that belongs to this account."""
    return DOORS["provider" if account.works_for_the_practice else "patient"]


def last_door(request: HttpRequest) -> str:
    return DOORS.get(request.COOKIES.get(DOOR_COOKIE, ""), DOORS["patient"])


def safe_next(request: HttpRequest) -> str | None:
    """Where the person wanted to go, if that is on this site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # An absolute path: anything else redirect() would take for the name of a view.
    return wanted if is_ours and wanted.startswith("/") and wanted.isprintable() else None


def page_of_the_form(request: HttpRequest) -> str | None:
    """Not ``request.path``: some addresses only take forms and have no page of their own."""
    page = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()):
        return None
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl() or None


def _to_the_door(request: HttpRequest) -> HttpResponse:
    # A cookie without a session behind it: it has expired, or was ended from another browser.
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        messages.info(request, _("Your session has ended. Please sign in again."))
    htmx = getattr(request, "htmx", None)
    here = request.get_full_path()
    if htmx:
        shown = urlsplit(htmx.current_url_abs_path or "")
        here = shown._replace(fragment="").geturl() or reverse("portal:home")
    elif request.method not in ("GET", "HEAD"):
        here = page_of_the_form(request) or reverse("portal:home")
    address = f"{reverse(last_door(request))}?{urlencode({'next': here})}"
    return HttpResponseClientRedirect(address) if htmx else redirect(address)
