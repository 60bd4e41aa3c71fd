"""Django's database: what was deleted in it leaves its file and its log, as far as the database lets us."""

import time

from django.db import OperationalError, connection

TRIES = 20
PAUSE_SECONDS = 0.1
LOCK_SECONDS = 10
"""So long a table is waited for, while others wait behind."""
POSTGRESQL_LOG = "PostgreSQL's log (WAL), until it writes over it"
POSTGRESQL_FREE = "PostgreSQL's free space: a table was in use all the time; VACUUM FULL empties it"
SQLITE_LOG = "SQLite's log: somebody was reading it all the time"


def clean_database() -> list[str]:
    """Write the database anew without what was deleted; what is left to others."""
    return clean_sqlite() if connection.vendor == "sqlite" else clean_postgresql()


def clean_postgresql() -> list[str]:
    """Rows that are dead stand in a table's pages until these are written anew, which locks it for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_SECONDS}s"])
        try:
            cursor.execute("VACUUM FULL")
        except OperationalError:
            return [POSTGRESQL_LOG, POSTGRESQL_FREE]
        finally:
            cursor.execute("RESET lock_timeout")
    return [POSTGRESQL_LOG]


def clean_sqlite() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # pages that were freed before `secure_delete` was set hold what stood in them
        for _ in range(TRIES):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if not cursor.fetchone()[0]:
                return []
            time.sleep(PAUSE_SECONDS)
    return [SQLITE_LOG]
