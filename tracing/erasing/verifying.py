"""Whether an erasure left anything: rows are counted again, and the files of the data directory are searched."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from tracing.erasing.searching import search_directory
from tracing.store import EMBEDDED_PREFIX, Store

SHORTEST_SEARCHED = 6
"""A shorter id stands in other texts by chance."""
SEARCHED_OF_A_KIND = 4
"""All go by the same statements, and each takes as long as it takes to read every file once more."""
BACKUPS = "backups, exports and other copies outside of this installation"
LOGS = "what processes wrote to their logs"
SERVER = "the files and logs of the ClickHouse server"


def choose_searched(ids: Sequence[str]) -> list[str]:
    """Ids that are long enough to be looked for."""
    return [each for each in ids if len(each) >= SHORTEST_SEARCHED]


def verify(
    store: Store, texts: Sequence[str], *, rows_left: int, files_left: int, left_out: Sequence[str]
) -> dict[str, Any]:
    """What a receipt says of it; what was searched is told by its number, not by name."""
    is_embedded = store.dsn.startswith(EMBEDDED_PREFIX)
    found = search_directory(settings.DATA_DIR, texts) if texts else {}
    return {
        "rows_left": rows_left,
        "files_left": files_left,
        "ids_searched": len(texts),
        "found_in": sorted({tell_place(path) for paths in found.values() for path in paths}),
        "is_clean": not (rows_left or files_left or found),
        "not_erased": [BACKUPS, LOGS, *([] if is_embedded else [SERVER]), *left_out],
    }


def tell_place(path: str) -> str:
    """A file by the part of the data directory that it is in: names of ClickHouse's say nothing to people."""
    return "clickhouse" if path.startswith("clickhouse/") else path
