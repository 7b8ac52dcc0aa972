"""`python -m tests.postgres` prints the address of a PostgreSQL server to test on, or nothing if there is none."""

import os

import psycopg


def address() -> str:
    """The server named in JISHI_TEST_POSTGRES, or a local one that lets this user make databases."""
    named = os.environ.get("JISHI_TEST_POSTGRES", "")
    if named:
        return named
    try:
        with psycopg.connect("postgresql:///postgres", connect_timeout=5) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
    except psycopg.Error:
        return ""
    return "postgresql:///jishi" if row is not None and row[0] else ""


if __name__ == "__main__":
    print(address())
