"""When a ClickHouse server is asked again: an error comes in, whether it may pass by itself goes out.

Only what may be done twice is asked again: reads, and inserts, because in every table a second copy of a row counts as
the first (docs/decisions/0115-a-server-is-asked-again-for-seconds.md).
"""

from collections.abc import Iterator
from random import uniform

from clickhouse_connect.driver.exceptions import Error, OperationalError

PAUSES_SECONDS = (0.1, 0.3, 0.9)
"""Between one attempt and the next; a connection that was cut needs the first, a server that starts anew the last."""
RETRY_SECONDS = 3.0
"""After so long nothing is asked again: who waits for an answer is told, and comes again by itself."""

PASSING_CODES = {
    202: "TOO_MANY_SIMULTANEOUS_QUERIES",
    203: "NO_FREE_CONNECTION",
    209: "SOCKET_TIMEOUT",
    210: "NETWORK_ERROR",
    279: "ALL_CONNECTION_TRIES_FAILED",
    319: "UNKNOWN_STATUS_OF_INSERT",
    425: "SYSTEM_ERROR",
    439: "CANNOT_SCHEDULE_TASK",
    745: "SERVER_OVERLOADED",
    999: "KEEPER_EXCEPTION",
}
"""ClickHouse's errors that are gone a moment later. Not full memory or too many parts, which insisting makes worse."""


def is_passing(error: BaseException) -> bool:
    """Whether the same may go well a moment later: the server did not answer, was cut off, or had no room just then."""
    found = error if isinstance(error, Error) else error.__cause__
    if isinstance(found, Error) and found.code is not None:
        return found.code in PASSING_CODES
    # Without a code it was no server of ClickHouse that answered, or nobody.
    return isinstance(found, (OSError, OperationalError)) or "HTTP status 5" in str(found)


def spread_pauses() -> Iterator[float]:
    """How long to wait after each attempt, never quite the same for two."""
    return (pause * uniform(0.5, 1.5) for pause in PAUSES_SECONDS)  # noqa: S311 -- no secret
