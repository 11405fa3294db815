"""Reads the contents of a range of rows by COPY, and throws them away."""

import os
import sys

import psycopg


def main(first: str, last: str) -> None:
    where = f"id BETWEEN {int(first)} AND {int(last)} AND NOT is_deleted"
    sql = f"COPY (SELECT content FROM fhirapi_content WHERE {where}) TO STDOUT"  # noqa: S608
    with (
        psycopg.connect(os.environ["DATABASE_URL"]) as connection,
        connection.cursor() as cursor,
        cursor.copy(sql.encode()) as copy,
    ):
        for _ in copy:
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
