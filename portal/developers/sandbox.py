"""Made-up people to sign in as, where this is a demonstration; elsewhere how to get one."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from fhirapi.definitions import registry
from fhirapi.store.models import SearchRow
from portal.accounts.access import AccountRequest, signed_in

_GOOD_FOR: dict[str, str | Promise] = {
    "patient": _("The usual case: an adult who signs in and opens their own record."),
    "patient2": _("A second adult: your app must never show one the data of the other."),
    "guardian": _("Opens the records of two others and has none: your app gets whom they choose."),
    "many_labs": _("Has the most measurements: for plots, pages of results and long lists."),
    "eldest": _("Has the longest history: for old dates, many conditions and medications."),
    "provider": _("Sees many patients: for EHR launches and user/ scopes."),
}
_MOST_TOLD = 4


@dataclass(frozen=True)
class Someone:
    key: str
    name: str
    good_for: str | Promise
    username: str
    password: str
    pin: str
    door: str
    patient_ids: list[str]
    holds: list[tuple[str, int]]
    """What there is most of: words of the type, how many."""


@require_safe
@signed_in
def sandbox(request: AccountRequest) -> HttpResponse:
    people = _people() if settings.DEMO else []
    return render(request, "developers/sandbox.html", {"people": people})


def sandbox_patients() -> list[str]:
    """Ids of the made-up patients that are good to try something with; none outside of the demo."""
    if not settings.DEMO:
        return []
    told = _accounts()
    ids = [each for key in _GOOD_FOR for each in told.get(key, {}).get("patient_ids") or ()]
    return list(dict.fromkeys(ids))


def _people() -> list[Someone]:
    accounts = _accounts()
    told = [(key, accounts[key]) for key in _GOOD_FOR if key in accounts]
    holds = _holdings([each for _key, account in told for each in account["patient_ids"] or ()])
    return [_someone(key, account, holds) for key, account in told]


def _accounts() -> dict[str, Any]:
    """As the demo has told them; none while it starts."""
    try:
        told = json.loads((settings.DATA_DIR / "demo.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    accounts: dict[str, Any] = told["accounts"]
    return accounts


def _someone(key: str, account: dict[str, Any], holds: dict[str, dict[str, int]]) -> Someone:
    ids = account["patient_ids"] or []
    counts: dict[str, int] = {}
    for patient_id in ids:
        for name, count in holds.get(patient_id, {}).items():
            counts[name] = counts.get(name, 0) + count
    most = sorted(counts.items(), key=lambda each: -each[1])[:_MOST_TOLD]
    return Someone(
        key=key,
        name=account["name"],
        good_for=_GOOD_FOR[key],
        username=account["username"],
        password=account["password"],
        pin=account["pin"],
        door="portal:provider-sign-in"
        if account["role"] == "provider"
        else "portal:patient-sign-in",
        patient_ids=ids,
        holds=[(found.words if (found := registry.find(name)) else name, n) for name, n in most],
    )


def _holdings(patient_ids: list[str]) -> dict[str, dict[str, int]]:
    rows = (
        SearchRow.objects.filter(patient_id__in=patient_ids)
        .values_list("patient_id", "resource_type")
        .annotate(Count("id"))
    )
    holds: dict[str, dict[str, int]] = {}
    for patient_id, name, count in rows:
        holds.setdefault(str(patient_id), {})[name] = count
    return holds
