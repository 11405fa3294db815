"""Who did what with whose data: the question, and the audit records that answer it.

A day is found among the ids, which grow with time: the trail needs no index for it, and a page
costs the same however long the trail is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import Client
from fhirapi.sql import fetch, fetch_one
from fhirapi.store import isolation
from portal.accounts.models import Account
from portal.keys.forms import UsDateField

A_PAGE = 50
_A_BATCH = 1_000
_DAYS = 30
# Also who is deleted: the trail outlives the record.
_OF_PATIENT = """
SELECT patient_id FROM fhirapi_patientline WHERE patient_id = %(typed)s OR mrn = %(typed)s
UNION ALL
SELECT resource_id FROM fhirapi_content WHERE resource_type = 'Patient' AND resource_id = %(typed)s
LIMIT 1
"""
# The smallest id that was recorded at the moment or later, by halving.
_FIRST_ID = """
WITH RECURSIVE halved(low, high) AS (
    SELECT coalesce(min(id), 0), coalesce(max(id), 0) + 1 FROM fhirapi_auditrecord
    UNION ALL
    SELECT CASE WHEN probe.recorded < %(when)s THEN middle + 1 ELSE low END,
           CASE WHEN probe.recorded < %(when)s THEN high ELSE middle END
    FROM halved
    CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) half
    LEFT JOIN LATERAL (SELECT recorded FROM fhirapi_auditrecord
                       WHERE id >= middle ORDER BY id LIMIT 1) probe ON true
    WHERE low < high
)
SELECT low FROM halved WHERE low >= high LIMIT 1
"""
_MARGIN = 1_000
"""Ids of transactions that ran at the same time are not quite in the order of their moments."""


class SearchForm(forms.Form):
    person = forms.CharField(required=False, max_length=254, help_text="Username, email or number.")
    patient = forms.CharField(required=False, max_length=64, help_text="Patient id or MRN.")
    app = forms.CharField(required=False, max_length=255, help_text="Name or client id.")
    action = forms.ChoiceField(required=False, choices=[("", "any"), *AuditRecord.Action.choices])
    outcome = forms.ChoiceField(required=False, choices=[("", "any"), *AuditRecord.Outcome.choices])
    since = UsDateField(label="From", required=False)
    until = UsDateField(label="To", required=False)
    address = forms.GenericIPAddressField(label="Network address", required=False)

    def clean_person(self) -> int | None:
        typed: str = self.cleaned_data["person"].strip()
        if not typed:
            return None
        found = Account.with_username(typed) | Account.with_email(typed)
        account = found.first()
        if account is not None:
            return int(account.pk)
        if typed.isascii() and typed.isdecimal() and len(typed) < 19:
            return int(typed)  # the trail outlives the account
        raise forms.ValidationError("Nobody has this username or email address.")

    def clean_patient(self) -> str | None:
        typed: str = self.cleaned_data["patient"].strip().rpartition("/")[2]
        if not typed:
            return None
        with isolation.everybody():
            found = fetch_one(_OF_PATIENT, {"typed": typed})
        if found is None:  # what was typed may be a name, which must not get into the trail
            raise forms.ValidationError("No patient has this id or MRN.")
        return str(found[0])

    def clean_app(self) -> list[str] | None:
        typed: str = self.cleaned_data["app"].strip()
        if not typed:
            return None
        named = Client.objects.filter(name__iexact=typed).values_list("client_id", flat=True)
        return [typed, *named[:100]]


@dataclass(frozen=True)
class Question:
    """What was asked, as the form has cleaned it; a form that is wrong asks nothing."""

    asked: dict[str, Any]

    @property
    def patient(self) -> str | None:
        return self.asked.get("patient")

    def is_about_self(self, reader_id: int) -> bool:
        return self.asked.get("person") == reader_id and not self.patient

    @property
    def shape(self) -> str:
        """By what was looked, without the values; the person by the number, as everywhere."""
        names = [name for name, value in self.asked.items() if value]
        person = self.asked.get("person")
        whose = f" of account {person}" if person else ""
        return f"audit trail{whose}, by: {', '.join(names) or 'nothing'}"

    @cached_property
    def rows(self) -> QuerySet[AuditRecord]:
        """Newest first."""
        asked = self.asked
        found = AuditRecord.objects.order_by("-id")
        if asked.get("person"):
            found = found.filter(account_id=asked["person"])
        if asked.get("patient"):
            found = found.filter(patient_ids__contains=[asked["patient"]])
        if asked.get("app"):
            found = found.filter(client_id__in=asked["app"])
        for name in ("action", "outcome", "address"):
            if asked.get(name):
                found = found.filter(**{name: asked[name]})
        if since := asked.get("since"):
            begin = _midnight(since)
            found = found.filter(id__gte=_first_id(begin) - _MARGIN, recorded__gte=begin)
        if until := asked.get("until"):
            end = _midnight(until + timedelta(days=1))
            found = found.filter(id__lt=_first_id(end) + _MARGIN, recorded__lt=end)
        return found

    def page(self, before: int | None) -> list[AuditRecord]:
        """One more than a page where there are older ones."""
        found = self.rows.filter(id__lt=before) if before else self.rows
        return list(found[: A_PAGE + 1])

    def every(self, newest: int) -> Iterator[AuditRecord]:
        """From this one on to older ones, a batch at a time."""
        before = newest + 1
        while True:
            batch = list(self.rows.filter(id__lt=before)[:_A_BATCH])
            yield from batch
            if len(batch) < _A_BATCH:
                return
            before = batch[-1].pk


def at_first() -> dict[str, str]:
    """Where nothing was asked: the latest weeks."""
    return {"since": f"{timezone.localdate() - timedelta(days=_DAYS):%m/%d/%Y}"}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _first_id(when: datetime) -> int:
    [(found,)] = fetch(_FIRST_ID, {"when": when})
    return int(found)
