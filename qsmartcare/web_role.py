"""The database role of web processes: it owns nothing, and the policies of the tables bind it.

Roles belong to the whole server, rights to the tables of one database; so both are seen to after
each migration, not by one. docs/decisions/0036
"""

from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction
from psycopg import sql

NAME = "qsmartcare_web"
_READ_ONLY = ("django_migrations", "fhirapi_auditseal", "fhirapi_auditcheck")  # workers write
_APPEND_ONLY = ("fhirapi_auditrecord",)

_MAY_MAKE = "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
_IS_THERE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s)"
# Only asked where there is such a role. A superuser is taken for a member of all.
_IS_MEMBER = "SELECT pg_has_role(current_user, %s, 'MEMBER')"
_RIGHTS = """
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role};
REVOKE INSERT, UPDATE, DELETE ON {read_only} FROM {role};
REVOKE UPDATE, DELETE ON {append_only} FROM {role};
"""


# By whoever sets up another database of the server at this moment.
_MADE_MEANWHILE = (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject)


class NoRole(Exception):
    """The role is not there, or not ours to take; the message says what an administrator does."""


def set_up() -> None:
    """Makes the role where it may, and gives it its rights. Raises NoRole."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_THERE, [NAME])
        if not cursor.fetchone()[0]:
            _make()
        cursor.execute(_IS_MEMBER, [NAME])
        if not cursor.fetchone()[0]:
            raise NoRole(f'An administrator of the database has to run: GRANT {NAME} TO "{_me()}"')
        names = {
            "role": sql.Identifier(NAME),
            "schema": sql.Identifier(_value("SELECT current_schema()")),
            "read_only": sql.SQL(", ").join(map(sql.Identifier, _READ_ONLY)),
            "append_only": sql.SQL(", ").join(map(sql.Identifier, _APPEND_ONLY)),
        }
        with transaction.atomic():
            cursor.execute(sql.SQL(_RIGHTS).format(**names))


def of(database_url: str) -> str:
    """The role that a connection to there takes; empty where it has none to take."""
    with psycopg.connect(database_url) as server:
        for question in (_IS_THERE, _IS_MEMBER):
            row = server.execute(question, [NAME]).fetchone()
            if not (row and row[0]):
                return ""
    return NAME


def _make() -> None:
    if not _value(_MAY_MAKE):
        raise NoRole(
            f"An administrator of the database has to run: CREATE ROLE {NAME} NOLOGIN; "
            f'GRANT {NAME} TO "{_me()}"'
        )
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"CREATE ROLE {NAME} NOLOGIN")
                cursor.execute(f"GRANT {NAME} TO current_user")
        except DatabaseError as error:
            if not isinstance(error.__cause__, _MADE_MEANWHILE):
                raise


def _me() -> str:
    return str(_value("SELECT current_user"))


def _value(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    return row[0]
