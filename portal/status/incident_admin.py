"""Writing about incidents and maintenance: each update is told once, and to subscribers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.status.components import Component
from portal.status.models import Incident, IncidentUpdate
from portal.subscriptions.models import Subscription
from portal.subscriptions.telling import tell_of_status

_ENDS = (IncidentUpdate.Stage.RESOLVED, IncidentUpdate.Stage.COMPLETED)


class IncidentForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    components = forms.MultipleChoiceField(
        label="Affected components",
        choices=Component.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Incident
        fields = [
            "kind", "title_en", "title_es", "impact", "components", "begins_at", "ends_at",
            "resolved_at",
        ]  # fmt: skip


class UpdateInline(admin.StackedInline):  # type: ignore[type-arg]  # as above
    model = IncidentUpdate
    extra = 1
    max_num = 200
    fields = ["stage", "text_en", "text_es", "told_at"]
    readonly_fields = ["told_at"]
    ordering = ["id"]
    verbose_name = "update"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was told stays as it was told: letters have gone out."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Incident)
class IncidentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # as above
    form = IncidentForm
    inlines = [UpdateInline]
    list_display = ["title_en", "kind", "impact", "begins_at", "ends_at", "resolved_at"]
    list_filter = ["kind", "impact"]
    ordering = ["-begins_at"]
    formfield_overrides = {  # the browser's own field: Django's two have one label
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        }
    }

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Who is told is nobody's to see; how many are told is."""
        confirmed = Subscription.objects.filter(confirmed_at__isnull=False)
        counts = [
            f"{confirmed.filter(wants_status=True).count()} addresses get letters about the status",
            f"{confirmed.filter(wants_changes=True).count()} about changes",
        ]
        title = f"Incidents and maintenance: {', '.join(counts)}"
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record(request, f"incident {obj.pk} {'changed' if change else 'made'}")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for told in (each for formset in formsets for each in formset.new_objects):
            _end(form.instance, told)
            tell_of_status(told.pk)
            _record(request, f"incident {form.instance.pk} told: {told.stage}")

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        _record(request, f"incident {obj.pk} deleted")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for each in queryset:
            self.delete_model(request, each)


def _end(incident: Incident, told: IncidentUpdate) -> None:
    """An update that says that it is over says when."""
    if told.stage in _ENDS and incident.resolved_at is None:
        incident.resolved_at = max(timezone.now(), incident.begins_at)
        incident.save(update_fields=["resolved_at"])


def _record(request: HttpRequest, what: str) -> None:
    record(
        AuditRecord.Action.OPERATION,
        account_id=request.user.pk,
        detail=what,
        address=address_of(request),
    )
