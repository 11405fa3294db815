"""The API's tables for administrators: what exists and who did what; no secret is shown."""

import json
from collections.abc import Callable
from typing import Any

import oauth2_provider.admin  # noqa: F401 - registers its own pages first, to be replaced below
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.response import SimpleTemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fhirapi.admin_read_only import ReadOnlyAdmin
from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.admin import ClientAdmin
from fhirapi.smart.models import (
    AccessKey,
    AccessToken,
    AuthorizationCode,
    Client,
    DataAccessGrant,
    IDToken,
    RecordLink,
    RefreshToken,
)
from fhirapi.smart.people import keys
from fhirapi.store import isolation
from fhirapi.store.models import Content

# django-oauth-toolkit's pages show more than an administrator needs; codes live for a minute only.
admin.site.unregister([Client, AccessToken, RefreshToken, AuthorizationCode, IDToken])
admin.site.register(Client, ClientAdmin)


def _of_everybody(view: Callable[..., Any], *arguments: Any) -> Any:
    """Administrators see whose data there is; the page is made before that ends."""
    with isolation.everybody():
        response = view(*arguments)
        return response.render() if isinstance(response, SimpleTemplateResponse) else response


@admin.register(Content)
class ContentAdmin(ReadOnlyAdmin):
    """Whoever opens a resource here leaves an audit record like everybody else."""

    list_display = [
        "__str__", "patient_id", "version_id", "last_updated", "is_deleted",
    ]  # fmt: skip
    list_filter = ["is_deleted"]
    fields = [
        "resource_type", "resource_id", "patient_id", "version_id", "last_updated",
        "is_deleted", "formatted",
    ]  # fmt: skip
    search_fields = ["resource_id"]
    search_help_text = "A patient id, or a resource such as Patient/142859."

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return _of_everybody(super().changelist_view, request, extra_context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return _of_everybody(super().changeform_view, request, object_id, form_url, extra_context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        # The list shows ids only; the JSON is fetched for the one resource that is opened.
        return rows if "/change/" in request.path else rows.defer("content")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        resource_type, slash, resource_id = wanted.partition("/")
        if slash:
            return queryset.filter(resource_type=resource_type, resource_id=resource_id), False
        return queryset.filter(Q(patient_id=wanted) | Q(resource_id=wanted)), False

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is not None:
            record(
                AuditRecord.Action.READ,
                account_id=request.user.pk,
                resource_type=found.resource_type,
                resource_id=found.resource_id,
                patient_ids=[found.patient_id] if found.patient_id else None,
                detail="administration",
                address=address_of(request),
            )
        return found

    @admin.display(description="content")
    def formatted(self, row: Content) -> SafeString:
        text = json.dumps(json.loads(row.content), indent=2, ensure_ascii=False)
        return format_html("<pre>{}</pre>", text)


@admin.register(RecordLink)
class RecordLinkAdmin(ReadOnlyAdmin):
    """Made and ended on the account's own page."""

    list_display = [
        "account", "resource_type", "resource_id", "method", "linked_by", "created_at",
        "revoked_at",
    ]  # fmt: skip
    list_filter = ["resource_type", "method", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["account", "linked_by"]
    search_fields = ["=resource_id", "account__username", "account__last_name"]
    search_help_text = "A resource id in full, or an account's username or last name."


@admin.register(DataAccessGrant)
class DataAccessGrantAdmin(ReadOnlyAdmin):
    list_display = ["id", "account", "client", "patients", "scope", "created_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["account", "client"]
    search_fields = ["account__username", "client__name", "=client__client_id"]

    @admin.display(description="patients")
    def patients(self, grant: DataAccessGrant) -> str:
        return "all" if grant.patient_ids is None else str(len(grant.patient_ids))


@admin.register(AccessKey)
class AccessKeyAdmin(ReadOnlyAdmin):
    list_display = [
        "access_key_id", "owner", "label", "may_write", "status", "valid_from", "valid_to",
        "created_at",
        "last_used_at",
    ]  # fmt: skip
    list_filter = ["is_active", "may_write", "valid_to", "created_at"]
    list_select_related = ["data_access_grant__account"]
    search_fields = ["=access_key_id", "label", "data_access_grant__account__username"]
    search_help_text = "An AccessKeyID in full, a label, or the owner's username."
    fields = [
        "access_key_id", "label", "owner", "patients", "may_write", "status", "is_active",
        "valid_from", "valid_to", "created_at", "rotated_at", "previous_secret_until",
        "last_used_at",
    ]  # fmt: skip
    actions = ["activate", "deactivate"]

    @admin.display(description="owner", ordering="data_access_grant__account")
    def owner(self, key: AccessKey) -> str:
        return str(key.data_access_grant.account)

    @admin.display(description="patients")
    def patients(self, key: AccessKey) -> str:
        return ", ".join(key.patient_ids)

    @admin.display(description="status")
    def status(self, key: AccessKey) -> str:
        return keys.status(key).value

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("fhirapi.change_accesskey")

    @admin.action(description="Activate the chosen keys", permissions=["switch"])
    def activate(self, request: HttpRequest, chosen: QuerySet[AccessKey]) -> None:
        self._switch(request, chosen, True)

    @admin.action(description="Deactivate the chosen keys", permissions=["switch"])
    def deactivate(self, request: HttpRequest, chosen: QuerySet[AccessKey]) -> None:
        self._switch(request, chosen, False)

    def _switch(self, request: HttpRequest, chosen: QuerySet[AccessKey], active: bool) -> None:
        word = "activated" if active else "deactivated"
        for key in chosen.filter(is_active=not active):
            keys.set_active(key, active, address=address_of(request))
            record(
                AuditRecord.Action.KEY_CHANGE,
                account_id=request.user.pk,
                client_id=key.access_key_id,
                detail=f"{word} by an administrator",
                address=address_of(request),
            )
            self.log_change(request, key, word)
        messages.success(request, f"The chosen keys are {word}.")


class _TokenAdmin(ReadOnlyAdmin):
    list_display = ["id", "user", "application", "scope", "created"]
    list_filter = ["created"]
    list_select_related = ["user", "application"]
    search_fields = ["user__username", "application__name", "=application__client_id"]


@admin.register(AccessToken)
class AccessTokenAdmin(_TokenAdmin):
    list_display = [*_TokenAdmin.list_display, "expires"]
    list_filter = ["created", "expires"]
    fields = ["user", "application", "data_access_grant", "scope", "created", "expires"]


@admin.register(RefreshToken)
class RefreshTokenAdmin(_TokenAdmin):
    list_display = ["id", "user", "application", "created", "revoked"]
    list_filter = ["created", ("revoked", admin.EmptyFieldListFilter)]
    fields = ["user", "application", "data_access_grant", "created", "revoked"]
