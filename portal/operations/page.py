"""What the desk's pages have in common: the right each asks for, and the frame around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.access import AccountRequest

P = ParamSpec("P")
View = Callable[Concatenate[AccountRequest, P], HttpResponse]


def needs(right: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """For a view that the admin site's ``admin_view`` guards already."""

    def guard(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.has_perm(right):
                raise PermissionDenied
            return view(request, *args, **kwargs)  # type: ignore[arg-type]  # signed in by now

        return guarded

    return guard


def show(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    frame = admin.site.each_context(request)
    return render(request, f"admin/desk/{template}.html", {**frame, "title": title, **context})
