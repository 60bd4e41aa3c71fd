"""How long it takes to decide whether to ask a user, in an embedded store of so many conversations and decisions.

    python benchmarks/asking.py                          100,000 conversations, as many decisions
    python benchmarks/asking.py --conversations 1000000

A user has up to fifty decisions, a conversation an estimate. Told are p50, p95 and p99 in milliseconds, and the
processor's time, of the decision itself, where the store is asked for the estimate, where there is none, and where this
process estimated the conversation of late; over REST on a connection that is kept; and of `tacit.should_ask`, every
tenth of a second as an app would, where also the share that was answered within its 20 ms and the longest that the app
was held.
"""

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

BLOCK = 100_000
FILL = ("asks", "conversations", "estimates")
QUESTIONS = 1_000
WARM = 50


def fill(conversations: int) -> None:
    """Rows of conversations, their estimate and a decision each, block by block; nothing is merged by hand."""
    from tracing.store import get_store

    store = get_store()
    store.migrate()
    for first in range(0, conversations, BLOCK):
        count = min(BLOCK, conversations - first)
        for table in FILL:
            store.change(f"benchmarks/fill/asking_{table}.sql", first=first, count=count, now_us=time.time_ns() // 1000)


def measure(name: str, ask: Callable[[int], object], count: int) -> None:
    """Tell how long each question takes, after some that are not counted."""
    times: list[float] = []
    used = 0.0
    for number in range(-WARM, count):
        if number == 0:
            used = time.process_time()
        start = time.perf_counter()
        ask(number)
        if number >= 0:
            times.append((time.perf_counter() - start) * 1000)
    used_ms = (time.process_time() - used) * 1000 / count
    tell(name, times, f"; {used_ms:.1f} ms of processor")


def tell(name: str, times: list[float], more: str = "") -> None:
    cuts = statistics.quantiles(times, n=100)
    print(f"{name}: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms{more}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        os.environ |= {"TACIT_DATA_DIR": directory, "DJANGO_SETTINGS_MODULE": "config.settings"}
        run(options.conversations, options.questions)


def run(conversations: int, questions: int) -> None:
    import tacit
    from django.core.management import call_command

    from config.wsgi import application  # isort: skip -- makes Django ready for the others
    from config.http_server import HttpServer, bind
    from feedback.asking import Moment
    from feedback.asks import decide
    from feedback.outlooks import MOST_KEPT, OUTLOOKS
    from feedback.satisfaction import Interval
    from feedback.satisfaction_records import Estimate
    from tracing.ingest import stop_ingest
    from tracing.store import close_store, get_store

    call_command("migrate", verbosity=0)
    fill(conversations)
    chance = random.Random(1)  # noqa: S311 - no secret
    latest = range(conversations)
    server = HttpServer(application, bind("127.0.0.1", 0))
    server.start()
    url = f"http://127.0.0.1:{server.port}"
    connection = HTTPConnection(urlsplit(url).netloc)

    def draw(kind: str, number: int) -> dict[str, str]:
        place = chance.choice(latest)
        return {
            "user_id": f"user-{place % 20_000}",
            "conversation_id": f"conversation-{place}",
            "message_id": f"{kind}-{len(latest)}-{number}",
        }

    def ask_rest(number: int) -> None:
        body = json.dumps(draw("rest", number) | {"within_ms": 10_000})
        connection.request("POST", "/api/v1/asks", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{response.status} {response.reason}")

    answered: list[bool] = []
    waited: list[float] = []

    def ask_sdk(number: int) -> None:
        time.sleep(0.1)  # an app asks after answers, not without a rest
        start = time.perf_counter()
        decision = tacit.should_ask(*draw("sdk", number).values())
        if number >= 0:
            answered.append(bool(decision.id))
            waited.append((time.perf_counter() - start) * 1000)

    def ask_directly(number: int) -> None:
        decide(get_store(), 1, Moment(**draw("direct", number)), until=time.monotonic() + 10)

    def ask_about_new(number: int) -> None:
        moment = Moment(user_id=f"new-{number}", conversation_id=f"new-{number}")
        decide(get_store(), 1, moment, until=time.monotonic() + 10)

    measure("the decision, estimate from the store", ask_directly, questions)
    measure("the decision, nothing estimated yet", ask_about_new, questions)
    measure("over REST, estimate from the store", ask_rest, questions)
    latest = range(max(0, conversations - MOST_KEPT), conversations)
    estimate = Estimate(Interval(0.3, 0.1, 0.6), (), True, "", 4, 0.6)
    OUTLOOKS.keep(1, {f"conversation-{place}": estimate for place in latest}, [])
    measure("the decision", ask_directly, questions)
    measure("over REST", ask_rest, questions)
    tacit.configure(endpoint=url)
    for number in range(-WARM, questions):
        ask_sdk(number)
    tell("tacit.should_ask", waited)
    print(f"tacit.should_ask: answered in time {sum(answered) / len(answered):.1%}, longest {max(waited):.1f} ms")
    connection.close()
    server.stop()
    stop_ingest()
    close_store()


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    main()
