"""Announcing something, with a look at it beforehand; the trail says who announced what when."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.operations.models import Announcement


@admin.register(Announcement)
class AnnouncementAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    list_display = ["text_en", "level", "audience", "begins_at", "ends_at", "is_shown"]
    list_filter = ["level", "audience"]
    ordering = ["-begins_at"]
    fields = ["text_en", "text_es", "level", "audience", "begins_at", "ends_at", "preview"]
    readonly_fields = ["preview"]
    formfield_overrides = {  # the browser's own field: Django's two have one label
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        }
    }

    @admin.display(description="shown now", boolean=True)
    def is_shown(self, row: Announcement) -> bool:
        return row.begins_at <= timezone.now() < row.ends_at

    @admin.display(description="as people see it")
    def preview(self, row: Announcement) -> SafeString | str:
        if row._state.adding:
            return 'Choose "Save and continue editing"; a beginning in the future hides it so long.'
        shown = {"announcements": [row], "is_preview": True}
        return render_to_string("components/_announcement.html", shown)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record(request, f"announcement {obj.pk} {'changed' if change else 'made'}")

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        _record(request, f"announcement {obj.pk} deleted")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for each in queryset:
            self.delete_model(request, each)


def _record(request: HttpRequest, what: str) -> None:
    record(
        AuditRecord.Action.OPERATION,
        account_id=request.user.pk,
        detail=what,
        address=address_of(request),
    )
