"""The audit trail in the administration: searched, paged and taken away, each look on record.

Staff look at what others did, so that they looked stands in the trail as well, and where they
looked for a patient, that patient can see it.
"""

import csv
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from fhirapi.admin_read_only import ReadOnlyAdmin
from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.smart.models import Client
from portal.accounts.models import Account
from portal.operations.audit_search import A_PAGE, Question, SearchForm, at_first
from portal.operations.page import show

Action = AuditRecord.Action

_COLUMNS = (
    "id", "recorded", "action", "outcome", "account_id", "client_id", "resource_type",
    "resource_id", "patient_ids", "detail", "address",
)  # fmt: skip
# A spreadsheet takes what begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@admin.register(AuditRecord)
class AuditRecordAdmin(ReadOnlyAdmin):
    def changelist_view(  # type: ignore[override]  # a page of our own in the place of the list
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse | StreamingHttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        given = request.POST or request.GET
        form = SearchForm({**at_first(), **given.dict()} if given else at_first())
        if not form.is_valid():
            return self._page(request, form, [])
        question = Question(form.cleaned_data)
        if "download" in request.POST:
            return _download(request, question)
        found = question.page(_number(given.get("before", "")))
        _look(request, Action.OPERATION, question)
        return self._page(request, form, found)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> AuditRecord | None:
        found: AuditRecord | None = super().get_object(request, object_id, from_field)
        if found is not None and found.account_id != request.user.pk:
            record(
                Action.OPERATION,
                account_id=request.user.pk,
                patient_ids=found.patient_ids,
                detail=f"audit trail: record {found.pk}",
                address=address_of(request),
            )
        return found

    def _page(
        self, request: HttpRequest, form: SearchForm, found: list[AuditRecord]
    ) -> HttpResponse:
        page = found[:A_PAGE]
        context = {
            "opts": self.model._meta,
            "form": form,
            "rows": _with_names(page),
            "older": page[-1].pk if len(found) > A_PAGE else None,
            "may_download": request.user.has_perm("portal.export_audit"),
            "asked": [(each.html_name, each.value()) for each in form if each.value()],
        }
        return show(request, "audit", "Audit trail", **context)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _with_names(page: list[AuditRecord]) -> list[dict[str, Any]]:
    people = Account.objects.in_bulk({each.account_id for each in page if each.account_id})
    apps = Client.objects.filter(client_id__in={each.client_id for each in page if each.client_id})
    names = {str(each.client_id): each.name for each in apps}
    return [
        {
            "record": each,
            "who": people.get(each.account_id or 0),
            "app": names.get(each.client_id or "", ""),
        }
        for each in page
    ]


def _download(request: HttpRequest, question: Question) -> StreamingHttpResponse:
    if not request.user.has_perm("portal.export_audit"):
        raise PermissionDenied
    newest = question.rows.values_list("id", flat=True).first() or 0  # without the record of this
    _look(request, Action.AUDIT_EXPORT, question)
    response = StreamingHttpResponse(
        _lines(question, newest), content_type="text/csv; charset=utf-8"
    )
    name = f"audit-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store, private"
    return response


def _lines(question: Question, newest: int) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(_COLUMNS)
    for each in question.every(newest):
        yield writer.writerow([_cell(getattr(each, name)) for name in _COLUMNS])


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    text = " ".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _look(request: HttpRequest, action: AuditRecord.Action, question: Question) -> None:
    if action == Action.OPERATION and question.is_about_self(request.user.pk or 0):
        return
    record(
        action,
        account_id=request.user.pk,
        patient_ids=[question.patient] if question.patient else None,
        detail=question.shape,
        address=address_of(request),
    )
