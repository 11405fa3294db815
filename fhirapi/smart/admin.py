"""The page of apps for administrators: look, change by the rules, disable, enable; no secret.

An administrator who changes an app is bound by what binds its developer (``registration.py``).
"""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from fhirapi.admin_read_only import ReadOnlyAdmin
from fhirapi.audit.record import address_of
from fhirapi.smart.clients import clients, registration
from fhirapi.smart.models import Client
from fhirapi.smart.tokens import backend_access


class AppForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What an administrator may change of an app, by the rules that its developer has as well."""

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        details = app_details(self.instance, given)
        for name, texts in registration.problems(details, is_ours=_is_ours(self.instance)).items():
            field = "allowed_scopes" if name == "scopes" else name
            for text in texts:
                self.add_error(field if field in self.fields else None, text)
        return given


class RateForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """All that is changed of an access key's client here."""

    def _post_clean(self) -> None:
        """Without what the toolkit asks of every app: a key has no redirect URI."""
        self.instance.requests_a_minute = self.cleaned_data.get("requests_a_minute")


def _is_ours(client: Client) -> bool:
    """Staff's own apps may bear our name; nobody's app, and none of anybody else, may."""
    return client.user is not None and client.user.is_staff


def app_details(client: Client, given: dict[str, Any]) -> registration.Details:
    """Those of the app with what was entered over them."""
    return replace(
        clients.details_of(client),
        name=given.get("name", ""),
        description=given.get("description", ""),
        redirect_uris=tuple(given.get("redirect_uris", "").split()),
        scopes=tuple(given.get("allowed_scopes", "").split()),
    )


class ClientAdmin(ReadOnlyAdmin):
    """Apps; the client behind an access key is among them under its AccessKeyID."""

    form = AppForm
    list_display = [
        "name", "client_id", "kind", "user", "live_grants", "status", "provider_access", "created",
    ]  # fmt: skip
    list_filter = [
        "kind", ("disabled_at", admin.EmptyFieldListFilter),
        ("provider_access_at", admin.EmptyFieldListFilter), "registration_source", "created",
    ]  # fmt: skip
    list_select_related = ["user"]
    search_fields = ["name", "=client_id", "user__username"]
    _shown = (
        "name", "client_id", "kind", "user", "status", "live_grants", "description",
        "redirect_uris", "allowed_scopes", "allowed_origins", "launch_uri", "jwks", "jwks_uri",
        "client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts", "privacy_attested_at",
        "may_introspect", "provider_access", "provider_access_note", "requests_a_minute",
        "live_secrets", "registration_source",
        "disabled_at", "disabled_by", "created", "updated",
    )  # fmt: skip
    fields = _shown
    _editable = (
        "name", "description", "redirect_uris", "allowed_scopes", "may_introspect",
        "requests_a_minute",
    )  # fmt: skip
    actions = ["approve", "withdraw", "disable", "enable"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        is_live = Q(data_access_grants__revoked_at=None)
        counted = Count("data_access_grants", filter=is_live)
        rows: QuerySet[Any] = super().get_queryset(request).annotate(grants=counted)
        return rows

    @admin.display(description="live grants", ordering="grants")
    def live_grants(self, client: Any) -> int:
        return int(client.grants)

    @admin.display(description="live secrets")
    def live_secrets(self, client: Client) -> int:
        return clients.live_secrets(client).count()

    @admin.display(description="status")
    def status(self, client: Any) -> str:
        return clients.status(client, is_approved=bool(client.grants))

    @admin.display(description="Provider Access", ordering="provider_access_at")
    def provider_access(self, client: Client) -> str:
        """Leads to the desk's page, where it is decided with a reason."""
        if client.kind == Client.Kind.ACCESS_KEY:
            return "-"
        ended = client.provider_access_ended_at
        words = "approved" if client.may_write else "withdrawn" if ended else "not approved"
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:provider-access", args=[client.pk]), words
        )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = RateForm if _is_key(obj) else AppForm
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        editable = ("requests_a_minute",) if _is_key(obj) else self._editable
        return [name for name in self._shown if name not in editable]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the deed, which ends access where a scope goes and leaves its audit record."""
        client = Client.objects.get(pk=obj.pk)
        by, address = _administrator(request), address_of(request)
        if not _is_key(client):
            details = app_details(client, form.cleaned_data)
            clients.change(client, details, by=by, address=address)
        if obj.may_introspect != client.may_introspect:
            clients.let_introspect(client, obj.may_introspect, by=by, address=address)
        if obj.requests_a_minute != client.requests_a_minute:
            clients.set_rate(client, obj.requests_a_minute, by=by, address=address)

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fhirapi.change_client")

    @admin.action(
        description="Approve the chosen backend services for every record", permissions=["switch"]
    )
    def approve(self, request: HttpRequest, chosen: QuerySet[Client]) -> None:
        services = chosen.filter(kind=Client.Kind.BACKEND, disabled_at=None)
        try:
            for client in services:
                backend_access.approve(
                    client, by=_administrator(request), address=address_of(request)
                )
                self.log_change(request, client, "approved")
        except backend_access.NoPractice as missing:
            messages.error(request, str(missing))
            return
        _say(request, len(services), "approved for every record")

    @admin.action(description="Withdraw the approval of backend services", permissions=["switch"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Client]) -> None:
        services = chosen.filter(kind=Client.Kind.BACKEND)
        for client in services:
            backend_access.withdraw(client, by=_administrator(request), address=address_of(request))
            self.log_change(request, client, "approval withdrawn")
        _say(request, len(services), "no longer approved")

    @admin.action(description="Disable the chosen apps", permissions=["switch"])
    def disable(self, request: HttpRequest, chosen: QuerySet[Client]) -> None:
        for client in _apps(chosen).filter(disabled_at=None):
            clients.disable(client, by=_administrator(request), address=address_of(request))
            self.log_change(request, client, "disabled")
        messages.success(request, "The chosen apps are disabled; their tokens have ended.")

    @admin.action(description="Enable the chosen apps", permissions=["switch"])
    def enable(self, request: HttpRequest, chosen: QuerySet[Client]) -> None:
        for client in _apps(chosen).exclude(disabled_at=None):
            clients.enable(client, by=_administrator(request), address=address_of(request))
            self.log_change(request, client, "enabled")
        messages.success(request, "The chosen apps can be used again.")


def _is_key(client: Model | None) -> bool:
    """An access key is changed on its owner's page; here only how often it may ask."""
    return isinstance(client, Client) and client.kind == Client.Kind.ACCESS_KEY


def _say(request: HttpRequest, count: int, what: str) -> None:
    """Apps of other kinds, and for approval disabled ones, may have been chosen as well."""
    level = messages.SUCCESS if count else messages.WARNING
    messages.add_message(request, level, f"Backend services {what}: {count}.")


def _apps(chosen: QuerySet[Client]) -> QuerySet[Client]:
    """Access keys have an own page, on which they are switched."""
    return chosen.exclude(kind=Client.Kind.ACCESS_KEY)


def _administrator(request: HttpRequest) -> AbstractUser:
    if not isinstance(request.user, AbstractUser):
        raise PermissionDenied
    return request.user
