"""New migrations run while the version before them serves, on tables that hold data."""

import re
from functools import cache

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

_BASE = {"fhirapi": "0039", "portal": "0008"}
"""Up to these everything was migrated in a window of its own."""
_OURS = ("fhirapi", "portal")
_LARGE = (
    "fhirapi_content", "fhirapi_version", "fhirapi_searchrow", "fhirapi_searchstring",
    "fhirapi_searchdate", "fhirapi_searchquantity", "fhirapi_searchlink", "fhirapi_auditrecord",
    "fhirapi_requestlog", "fhirapi_patientline", "fhirapi_carerelationship",
)  # fmt: skip
_QUOTED = r'"?(\w+)"?'
FORBIDDEN = {
    "locks writers out while it is built: add it CONCURRENTLY":
        rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)\S+ ON {_QUOTED}",
    "writes the whole table anew under a lock": rf"ALTER TABLE {_QUOTED} ALTER COLUMN \S+ TYPE",
    "the version that serves still asks for it": rf"ALTER TABLE {_QUOTED} DROP COLUMN",
    "the version that serves knows the old name": rf"ALTER TABLE {_QUOTED} RENAME",
    "the version that serves does not give it a value":
        rf"ALTER TABLE {_QUOTED} ADD COLUMN (?:(?!DEFAULT|NULL;).)*NOT NULL(?!.*DEFAULT)",
    "looks through the whole table under a lock: add it NOT VALID, then validate":
        rf"ALTER TABLE {_QUOTED} ADD CONSTRAINT \S+ (?:CHECK|FOREIGN KEY)(?!.*NOT VALID)",
    "looks through the whole table under a lock":
        rf"ALTER TABLE {_QUOTED} ALTER COLUMN \S+ SET NOT NULL",
}  # fmt: skip


def objections(statement: str) -> list[str]:
    """Why a statement must not run on a large table while others use it."""
    told = " ".join(statement.split())
    return [
        f"{why}: {told[:100]}"
        for why, shape in FORBIDDEN.items()
        if (found := re.search(shape, told, re.IGNORECASE)) and found[1] in _LARGE
    ]


@cache
def new_migrations() -> list[tuple[str, str]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return sorted(
        (app, name)
        for app, name in loader.disk_migrations
        if app in _OURS and name[:4] > _BASE[app]
    )


@pytest.mark.django_db
def test_no_new_migration_stops_those_who_work() -> None:
    loader = MigrationLoader(connection, replace_migrations=False)
    found = [
        f"{app}.{name} {each}"
        for app, name in new_migrations()
        for statement in loader.collect_sql([(loader.graph.nodes[app, name], False)])
        for each in objections(statement)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "statement",
    [
        'CREATE INDEX "by_x" ON "fhirapi_content" ("x");',
        'CREATE UNIQUE INDEX by_x ON fhirapi_searchrow (x);',
        'ALTER TABLE "fhirapi_content" ALTER COLUMN "x" TYPE bigint USING "x"::bigint;',
        'ALTER TABLE "fhirapi_version" DROP COLUMN "x" CASCADE;',
        'ALTER TABLE "fhirapi_content" RENAME COLUMN "x" TO "y";',
        'ALTER TABLE "fhirapi_auditrecord" ADD COLUMN "x" text NOT NULL;',
        'ALTER TABLE "fhirapi_content" ADD CONSTRAINT "c" CHECK ("x" > 0);',
        'ALTER TABLE "fhirapi_content" ALTER COLUMN "x" SET NOT NULL;',
    ],
)  # fmt: skip
def test_what_is_objected_to(statement: str) -> None:
    assert objections(statement)


@pytest.mark.parametrize(
    "statement",
    [
        'CREATE INDEX CONCURRENTLY "by_x" ON "fhirapi_content" ("x");',
        'CREATE INDEX "by_x" ON "fhirapi_newtable" ("x");',
        'ALTER TABLE "fhirapi_content" ADD COLUMN "x" bigint NULL;',
        'ALTER TABLE "fhirapi_content" ADD COLUMN "x" bigint DEFAULT 0 NOT NULL;',
        'ALTER TABLE "fhirapi_content" ADD CONSTRAINT "c" CHECK ("x" > 0) NOT VALID;',
        'ALTER TABLE "fhirapi_content" ENABLE ROW LEVEL SECURITY;',
    ],
)
def test_what_is_not(statement: str) -> None:
    assert objections(statement) == []
