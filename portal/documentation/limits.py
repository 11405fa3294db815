"""What the chapter of the limits says. A test compares it with what the API itself does."""

from typing import Any

from django.conf import settings

from fhirapi.provider.expired import ANSWERS_KEPT, DELIVERIES_KEPT
from fhirapi.search import cost
from fhirapi.smart.access.scopes import MOST as MOST_SCOPES

# Of rooms that the portal may not enter (pyproject.toml); tests hold them equal.
OF_OTHERS = {
    "bundle_entries": 1_000,
    "bundle_read_mb": 20,
    "bundle_seconds": 20,
    "provider_page": 200,
    "provider_records": 200,
    "webhooks": 20,
    "import_files": 1_000,
    "import_line_mb": 5,
    "uploads": 1_000,
    "export_filters": 50,
    "export_parameters": 10_000,
    "json_values": 250_000,
    "statement_seconds": 20,
    "path_length": 2_000,
}


def facts() -> dict[str, Any]:
    provider: dict[str, Any] = settings.OAUTH2_PROVIDER
    return {
        **{name: f"{value:,}" for name, value in OF_OTHERS.items()},
        "max_count": f"{cost.MAX_COUNT:,}",
        "max_depth": cost.MAX_DEPTH,
        "max_length": f"{cost.MAX_LENGTH:,}",
        "max_parameters": cost.MAX_PARAMETERS,
        "alternatives": f"{cost.MAX_ALTERNATIVES:,}",
        "sort_keys": cost.MAX_SORT_KEYS,
        "included": f"{cost.MAX_INCLUDED:,}",
        "search_seconds": settings.SEARCH_TIMEOUT,
        "links": cost.MAX_LINKS,
        "comparisons": cost.MAX_COMPARISONS,
        "looked_into": f"{cost.MAX_LOOKS // cost.LOOK_INTO_CONTENT:,}",
        "put_in_order": f"{cost.MAX_LOOKS // cost.LOOK_FOR_ORDER:,}",
        "most_scopes": MOST_SCOPES,
        "body_mb": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // (1024 * 1024),
        "code_seconds": provider["AUTHORIZATION_CODE_EXPIRE_SECONDS"],
        "token_minutes": settings.ACCESS_TOKEN_LIFETIME // 60,
        "refresh_days": provider["REFRESH_TOKEN_EXPIRE_SECONDS"] // 86_400,
        "online_hours": settings.ONLINE_ACCESS_LIFETIME // 3_600,
        "answers_hours": int(ANSWERS_KEPT.total_seconds()) // 3_600,
        "deliveries_days": DELIVERIES_KEPT.days,
        "requests_a_minute": _or_none(settings.REQUESTS_A_MINUTE),
        "account_requests": _or_none(settings.ACCOUNT_REQUESTS_A_MINUTE),
        "open_requests": _or_none(settings.OPEN_REQUESTS_A_MINUTE),
        "failures": _or_none(settings.FAILURES_A_MINUTE),
        "registrations": settings.REGISTRATIONS_AN_HOUR,
        "exports": settings.EXPORTS_AT_ONCE,
        "export_hours": settings.EXPORT_HOURS,
        "imports": settings.IMPORTS_AT_ONCE,
        "import_hours": settings.IMPORT_HOURS,
        "import_file_mb": f"{settings.IMPORT_FILE_MB:,}",
    }


def _or_none(rate: int) -> str:
    """Nothing where there is no limit."""
    return f"{rate:,}" if rate else ""
