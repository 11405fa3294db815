"""What stands beside a dump, in FILE.json: enough to know whether a restore is complete."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from qsmartcare.backups.programs import BackupTrouble

_TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
# Rights and row policies name roles; those belong to the server, so a dump cannot bring them.
_ROLES = """
SELECT rolname FROM pg_roles WHERE rolname <> current_user AND oid IN (
  SELECT acl.grantee FROM pg_class, aclexplode(relacl) acl
  WHERE relnamespace = 'public'::regnamespace
  UNION SELECT acl.grantee FROM pg_proc, aclexplode(proacl) acl
  WHERE pronamespace = 'public'::regnamespace
  UNION SELECT acl.grantee FROM pg_namespace, aclexplode(nspacl) acl WHERE nspname = 'public'
  UNION SELECT unnest(polroles) FROM pg_policy
  UNION SELECT defaclrole FROM pg_default_acl
  UNION SELECT acl.grantee FROM pg_default_acl, aclexplode(defaclacl) acl
) AND rolname NOT LIKE 'pg\\_%' ORDER BY 1
"""
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY 1, 2"


@dataclass(frozen=True)
class Manifest:
    made: str
    """ISO 8601."""
    postgresql: int
    """Major version of the server."""
    bytes: int
    sha256: str
    rows: dict[str, int]
    """How many each table has, in the moment of the dump."""
    roles: list[str]
    """That rights and policies name, and that have to be there before a restore."""
    migrations: list[list[str]]
    """App and name of each."""

    def write(self, path: Path) -> None:
        with path.open("x", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
        path.chmod(0o600)


def read(path: Path) -> Manifest:
    try:
        told: Any = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(**told)
    except FileNotFoundError:
        raise BackupTrouble(f"{path} is missing: it belongs to the backup.") from None
    except (OSError, ValueError, TypeError):
        raise BackupTrouble(f"{path} cannot be read as what backup writes.") from None


def rows(database: "psycopg.Connection[Any]") -> dict[str, int]:
    names = [name for (name,) in database.execute(_TABLES)]
    count = sql.SQL("SELECT count(*) FROM {}")
    return {each: _one(database, count.format(sql.Identifier(each))) for each in names}


def roles(database: "psycopg.Connection[Any]") -> list[str]:
    return [name for (name,) in database.execute(_ROLES)]


def migrations(database: "psycopg.Connection[Any]") -> list[list[str]]:
    return [list(row) for row in database.execute(_MIGRATIONS)]


def _one(database: "psycopg.Connection[Any]", query: sql.Composed) -> int:
    row = database.execute(query).fetchone()
    return int(row[0]) if row else 0


def checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differences(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [
        f"{name}: {found.get(name, 0)} rows instead of {wanted.get(name, 0)}"
        for name in sorted({*wanted, *found})
        if wanted.get(name) != found.get(name)
    ]
