"""The administrators' site: the same three fields open it as every other door."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite as DjangoAdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from portal.accounts.access import safe_next
from portal.accounts.doors import submitted
from portal.accounts.signin import sign_out
from portal.operations import dashboard
from portal.operations.urls import urlpatterns_for


class AdminSite(DjangoAdminSite):
    site_header = "QSmartCare administration"
    site_title = "QSmartCare administration"
    index_title = "Operations desk"
    site_url = "/portal/"

    def has_permission(self, request: HttpRequest) -> bool:
        # A session that was not opened with the PIN, however it came about, opens nothing here.
        is_verified = getattr(request.user, "is_verified", lambda: False)()
        return bool(is_verified) and super().has_permission(request)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        return [*urlpatterns_for(self), *super().get_urls()]

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        return super().index(request, {**dashboard.context(request), **(extra_context or {})})

    @method_decorator(sensitive_post_parameters("password", "pin"))
    @method_decorator(never_cache)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        onward = safe_next(request) or reverse("admin:index")
        form, account = submitted(request)
        if account is not None and not account.is_staff:
            messages.info(request, "Your account is not an administrator's.")
            return redirect("portal:home")
        if account is not None or self.has_permission(request):
            return redirect(onward)
        context = {
            **self.each_context(request),
            "title": "Sign in",
            "form": form,
            "next": onward,
            **(extra_context or {}),
        }
        return render(request, "admin/login.html", context)

    def logout(  # type: ignore[override]  # the stubs promise a page, we lead on
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            sign_out(request)
            messages.success(request, "You have signed out.")
        return redirect("admin:login")

    def password_change(  # type: ignore[override]  # as above
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # A password changes only together with the PIN.
        return redirect("portal:settings-password")
