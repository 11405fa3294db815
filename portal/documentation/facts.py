"""What chapters tell in figures and names, asked of the code that applies them."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.urls import Resolver404, resolve

from fhirapi.bulk.analytics.view_definitions import VIEWS
from fhirapi.definitions import registry
from fhirapi.definitions.parts import PARTS
from fhirapi.definitions.profiles import VERSIONS
from fhirapi.provider import registry as provider_kinds
from fhirapi.provider.expired import ANSWERS_KEPT
from fhirapi.smart.access.scopes import IDENTITY, MOST, V1
from fhirapi.smart.authorization import consented, launch
from fhirapi.smart.clients import assertion, clients, registration, review, unused
from fhirapi.smart.published.practices import practices
from fhirapi.smart.tokens import key_ring
from fhirapi.smart.webhooks import deliver
from portal.accounts import registration as accounts
from portal.accounts.factors.second import RECOVERY_CODES
from portal.keys.picker import MOST_PATIENTS

_DAY = 24 * 3600


@dataclass(frozen=True)
class PartScope:
    resource_type: str
    constraint: str
    words: str


def access() -> dict[str, Any]:
    """Of tokens, scopes, apps and approvals."""
    oauth: dict[str, Any] = settings.OAUTH2_PROVIDER
    return {
        "token_minutes": settings.ACCESS_TOKEN_LIFETIME // 60,
        "token_seconds": settings.ACCESS_TOKEN_LIFETIME,
        "code_seconds": oauth["AUTHORIZATION_CODE_EXPIRE_SECONDS"],
        "refresh_days": oauth["REFRESH_TOKEN_EXPIRE_SECONDS"] // _DAY,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
        "approval_days": consented.OFFLINE.days,
        "launch_minutes": _minutes(launch.VALID),
        "assertion_minutes": assertion.LONGEST // 60,
        "skew_seconds": assertion.SKEW,
        "assertion_type": assertion.TYPE,
        "algorithms": " or ".join(assertion.KEY_TYPES),
        "most_secrets": clients.MOST_SECRETS,
        "most_redirect_uris": registration.MOST_REDIRECT_URIS,
        "longest_uri": registration.LONGEST_URI,
        "review_days": review.BUSINESS_DAYS,
        "unused_days": unused.KEPT.days,
        "key_known_minutes": _minutes(key_ring.PUBLISHED_BEFORE),
        "webhook_tries": len(deliver.WAITS) + 1,
        "webhook_days": deliver.KEPT.days,
        "most_scopes": MOST,
    }


def scopes() -> dict[str, Any]:
    parts = [
        PartScope(name, part.constraint, part.words)
        for name, offered in PARTS.items()
        for part in offered
    ]
    types = sorted(registry.every(), key=lambda each: each.name)
    return {
        **access(),
        "identity": IDENTITY.items(),
        "version_1": V1.items(),
        "parts": parts,
        "types": types,
        "example_part": parts[0],
    }


def people() -> dict[str, Any]:
    """Of accounts, and of the access keys that they make."""
    return {
        **access(),
        "letter_hours": accounts.VALID // timedelta(hours=1),
        "recovery_codes": RECOVERY_CODES,
        "most_patients": MOST_PATIENTS,
        "failures": settings.SIGN_IN_FAILURE_LIMIT,
        "lock_minutes": settings.SIGN_IN_LOCK_OUT_MINUTES,
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
    }


def standards() -> dict[str, Any]:
    every = list(registry.every())
    return {
        **people(),
        "us_core": [{"version": each, "core": _guide(each)} for each in VERSIONS],
        "type_count": len(every),
        "parameter_count": sum(len(each.search) for each in every),
    }


def provider_api() -> dict[str, Any]:
    kinds = list(provider_kinds.every())
    return {
        **standards(),
        "kinds": kinds,
        "kind_count": len(kinds),
        "provider": settings.PROVIDER_BASE_URL,
        "apply_at": _if_offered("/partners/"),
        "answer_hours": ANSWERS_KEPT // timedelta(hours=1),
        "upload_mib": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 2**20,
    }


def bulk() -> dict[str, Any]:
    # The networks in the list say where in the operator's own network hosts may be.
    hosts = [each for each in settings.IMPORT_HOSTS if "/" not in each]
    return {"view_count": len(VIEWS), "import_hosts": hosts}


def service_base_urls() -> dict[str, Any]:
    return {"practices": [_listed(orjson.loads(each.content)) for each in practices()]}


def _listed(organization: dict[str, Any]) -> dict[str, str]:
    place: dict[str, str] = next(iter(organization.get("address", ())), {})
    identifiers = (each.get("value", "") for each in organization.get("identifier", ()))
    return {
        "name": _cell(organization.get("name", "")),
        "place": _cell(", ".join(place[name] for name in ("city", "state") if name in place)),
        "identifiers": _cell(", ".join(identifiers)),
    }


def _cell(text: str) -> str:
    """As a cell of a table in Markdown: what a record holds is text, whatever it looks like."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|&~-])", r"\\\1", " ".join(text.split()))


def _if_offered(address: str) -> str:
    try:
        resolve(address)
    except Resolver404:
        return ""
    return address


def _guide(version: str) -> str:
    return f"http://hl7.org/fhir/us/core/{'STU' + version[:-2] if version > '3.1.1' else version}"


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)
