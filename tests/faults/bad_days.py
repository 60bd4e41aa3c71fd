"""What may happen to an installation, and how it comes through: for each, what was sent, lost, counted twice, and how
long it took until all was counted.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import psycopg

from tests.faults.load import SPANS, Load, count, count_lost
from tests.faults.relay import Fault, make_error
from tests.faults.site import PARTS, Site

PATIENCE_SECONDS = 150


@dataclass(frozen=True)
class Outcome:
    """How a bad day went: spans, and seconds from its end until all that was sent is counted."""

    name: str
    sent: int
    acknowledged: int
    lost: int
    differences: Mapping[str, int]
    """What is counted more often (or less) than it was sent."""
    refused: int
    recovery_seconds: float

    @property
    def doubled(self) -> int:
        return sum(max(0, each) for each in self.differences.values())


def wait_out(what: Fault) -> Callable[[Site, float], None]:
    """ClickHouse does this to requests for a while."""

    def happen(site: Site, seconds: float) -> None:
        with site.clickhouse.having(replace(what)):
            time.sleep(seconds)

    return happen


def kill(stage: str) -> Callable[[Site, float], None]:
    """Whoever works on this stage is killed, and not started again before all is counted."""

    def happen(site: Site, _seconds: float) -> None:
        site.processes.pop(site.kill_holder(stage))

    return happen


def lose_clickhouse(site: Site, seconds: float) -> None:
    with site.clickhouse.away():
        time.sleep(seconds)


def restart_broker(site: Site, seconds: float) -> None:
    with site.broker.away():
        time.sleep(seconds)


def wipe_broker(site: Site, _seconds: float) -> None:
    assert site.redis
    site.redis.flushall()


def restart_and_wipe_broker(site: Site, seconds: float) -> None:
    with site.broker.away():
        wipe_broker(site, 0)
        time.sleep(seconds)


def restart_database(site: Site, seconds: float) -> None:
    with site.database.away():
        time.sleep(seconds)


def end_database_connections(site: Site, _seconds: float) -> None:
    """As a restart does, to connections that are idle, too."""
    with psycopg.connect(site.database_url, autocommit=True) as database:
        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")


def lose_everything(site: Site, seconds: float) -> None:
    """All that it needs is started anew at once, and the broker forgets what it had."""
    with site.clickhouse.away(), site.database.away():
        restart_and_wipe_broker(site, seconds)


def kill_web(site: Site, seconds: float) -> None:
    """Killed and started again, on the same port."""
    site.processes["web"].kill()
    site.processes["web"].wait()
    time.sleep(seconds)
    site.start("web", "web", "--port", site.url.rpartition(":")[2])


def kill_beat(site: Site, seconds: float) -> None:
    site.processes["beat"].kill()
    site.processes["beat"].wait()
    time.sleep(seconds)
    site.start("beat", *PARTS["beat"])


def beat_twice(site: Site, seconds: float) -> None:
    site.start("another beat", "beat")
    time.sleep(seconds)
    another = site.processes.pop("another beat")
    another.terminate()
    another.wait()


DAYS: Mapping[str, Callable[[Site, float], None]] = {
    "nothing happens": lambda _site, seconds: time.sleep(seconds),
    "ClickHouse away": lose_clickhouse,
    "ClickHouse answers 2 s later": wait_out(Fault(delay_seconds=2)),
    "ClickHouse answers 500": wait_out(Fault(answer=make_error("500 Internal Server Error"))),
    "ClickHouse answers 503": wait_out(Fault(answer=make_error("503 Service Unavailable"))),
    "too many parts (252)": wait_out(
        Fault(about=b"INSERT INTO", answer=make_error("500 Error", 252, "Too many parts. (TOO_MANY_PARTS)"))
    ),
    "memory limit (241)": wait_out(Fault(answer=make_error("500 Error", 241, "Memory limit. (MEMORY_LIMIT_EXCEEDED)"))),
    "inserts cut before they are taken": wait_out(Fault(about=b"INSERT INTO", cut_sent=1_200)),
    "inserts cut after they are taken": wait_out(Fault(about=b"INSERT INTO", cut_answer=0)),
    "worker killed while reading": kill("reading"),
    "worker killed while deriving signals": kill("signals"),
    "worker killed while counting": kill("rollups"),
    "beat killed and started again": kill_beat,
    "two beats at once": beat_twice,
    "web killed and started again": kill_web,
    "broker restarted": restart_broker,
    "broker wiped": wipe_broker,
    "broker restarted and wiped": restart_and_wipe_broker,
    "PostgreSQL restarted": restart_database,
    "PostgreSQL ends all connections": end_database_connections,
    "all three away at once": lose_everything,
}


def live_through(site: Site, name: str, load: Load, seconds: float) -> Outcome:
    """Send, have it happen, and wait until all that was sent is counted, and counted once."""
    acknowledged = len(load.acknowledged)
    sent = load.sent
    refused = sum(number for status, number in load.statuses.items() if status != 200)
    with load.sending():
        time.sleep(1)
        DAYS[name](site, seconds)
        over = time.monotonic()
    while (differences := compare(load, count(site.store))) and time.monotonic() < over + PATIENCE_SECONDS:
        time.sleep(0.1)
    recovery = time.monotonic() - over
    for part, arguments in PARTS.items():
        if part not in site.processes:
            site.start(part, *arguments)
    return Outcome(
        name,
        (load.sent - sent) * SPANS,
        (len(load.acknowledged) - acknowledged) * SPANS,
        count_lost(site.store, load.acknowledged),
        differences,
        sum(number for status, number in load.statuses.items() if status != 200) - refused,
        recovery,
    )


def compare(load: Load, counted: Mapping[str, int]) -> dict[str, int]:
    expected = load.expected
    return {name: counted[name] - expected[name] for name in expected if counted[name] != expected[name]}
