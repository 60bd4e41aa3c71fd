"""Django's database: what was deleted in it leaves its file and its log, as far as the database lets us."""

import time

from django.db import connection

TRIES = 20
PAUSE_SECONDS = 0.1


def clean_database() -> str:
    """Write the database anew without what was deleted; what is left to others, empty where nothing is."""
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        return "PostgreSQL's files and its log: rows that were deleted are free space there until it is written anew"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # pages that were freed before `secure_delete` was set hold what stood in them
        for _ in range(TRIES):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if not cursor.fetchone()[0]:
                return ""
            time.sleep(PAUSE_SECONDS)
    return "SQLite's log: somebody was reading it all the time"
