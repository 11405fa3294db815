"""What the database holds, in figures that cost no more than a look at an index.

Large tables are estimated from the planner's statistics, so a scrape never scans them.
"""

from dataclasses import dataclass

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.standing import standing
from fhirapi.bulk.waiting import queue
from fhirapi.sql import fetch
from fhirapi.store.models import Content

_ESTIMATED_ROWS = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass"
_DATABASE_SIZE = "SELECT '', pg_database_size(current_database())"
_CONNECTIONS = """
SELECT coalesce(state, 'unknown'), count(*) FROM pg_stat_activity
WHERE datname = current_database() GROUP BY 1 ORDER BY 1
"""
_TRANSACTIONS = """
SELECT kind, count FROM pg_stat_database,
LATERAL (VALUES ('committed', xact_commit), ('rolled_back', xact_rollback)) AS t (kind, count)
WHERE datname = current_database()
"""
_ACCOUNTS = """
SELECT CASE WHEN is_active THEN 'active' ELSE 'inactive' END, count(*)
FROM portal_account GROUP BY 1 ORDER BY 1
"""
_ACCESS_KEYS = """
SELECT CASE
    WHEN NOT is_active THEN 'inactive'
    WHEN valid_to < current_date THEN 'expired'
    WHEN valid_from > current_date THEN 'not_yet_valid'
    ELSE 'active'
END, count(*) FROM fhirapi_accesskey GROUP BY 1 ORDER BY 1
"""
_EXPORTS = "SELECT state, count(*) FROM fhirapi_exportjob GROUP BY 1 ORDER BY 1"


@dataclass(frozen=True)
class Metric:
    name: str
    type: str
    words: str
    label: str
    """What tells its samples apart; empty where there is one sample."""
    samples: list[tuple[str, int]]

    def lines(self) -> list[str]:
        name = f"qsmartcare_{self.name}"
        head = [f"# HELP {name} {self.words}", f"# TYPE {name} {self.type}"]
        return [*head, *(f"{name}{self._labels(value)} {count}" for value, count in self.samples)]

    def _labels(self, value: str) -> str:
        return f'{{{self.label}="{value}"}}' if self.label else ""


def text() -> str:
    """Everything in Prometheus' text format."""
    lines = [line for metric in _metrics() for line in metric.lines()]
    return "\n".join(lines) + "\n"


def _metrics() -> list[Metric]:
    return [
        Metric("resources", "gauge", "Stored FHIR resources (estimate).", "",
               _estimate(Content._meta.db_table)),
        Metric("audit_records", "gauge", "Records in the audit trail (estimate).", "",
               _estimate(AuditRecord._meta.db_table)),
        Metric("accounts", "gauge", "Portal accounts.", "state", _fetch(_ACCOUNTS)),
        Metric("access_keys", "gauge", "Access keys by state.", "state", _fetch(_ACCESS_KEYS)),
        Metric("database_bytes", "gauge", "Size of the database on disk.", "",
               _fetch(_DATABASE_SIZE)),
        Metric("database_connections", "gauge", "Connections to the database.", "state",
               _fetch(_CONNECTIONS)),
        Metric("database_transactions_total", "counter", "Transactions ended.", "outcome",
               _fetch(_TRANSACTIONS)),
        Metric("exports", "gauge", "Exports of the last months by state.", "state",
               _fetch(_EXPORTS)),
        *_of_the_queue(),
        *_of_the_trail(),
    ]  # fmt: skip


def _of_the_trail() -> list[Metric]:
    found = standing()
    checked = found.verified_at
    return [
        Metric("audit_unsealed_records", "gauge", "Audit records newer than the last seal.", "",
               [("", found.unsealed)]),
        Metric("audit_verified_timestamp_seconds", "gauge", "When verify_audit ended last.", "",
               [("", int(checked.timestamp()))] if checked else []),
        Metric("audit_findings", "gauge", "What verify_audit found last.", "",
               [("", found.findings)] if found.findings is not None else []),
    ]  # fmt: skip


def _of_the_queue() -> list[Metric]:
    found = queue()
    tasks = [("waiting", found.waiting), ("running", found.running)]
    return [
        Metric("job_workers", "gauge", "Workers of the queue that show life.", "",
               [("", found.workers)]),
        Metric("job_tasks", "gauge", "Tasks in the queue.", "state", tasks),
    ]  # fmt: skip


def _estimate(table: str) -> list[tuple[str, int]]:
    return [("", count) for (count,) in fetch(_ESTIMATED_ROWS, [table])]


def _fetch(sql: str) -> list[tuple[str, int]]:
    return [(value, count) for value, count in fetch(sql)]
