"""How long old conversations take to the first page and until all is derived, and what reading them again takes.

    python benchmarks/importing.py                      10,000 conversations into an empty `tacit up`
    python benchmarks/importing.py --conversations 500

The conversations are made of the demo's dialogues, each under an id of its own. Then `tacit reprocess` reads all of
them again, while a sender goes on: how many traces a second, and how long its spans wait until they are read.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import PROTOBUF, WORDS, LocalServer
from benchmarks.kill import build_request

PATIENCE_SECONDS = 900
PAUSE_SECONDS = 1.0


def write_log(path: Path, conversations: int) -> None:
    """That many conversations as `tacit import jsonl` takes them."""
    dialogues = [json.loads(line)["turns"] for line in WORDS.read_text(encoding="utf-8").splitlines()]
    roles = (("user", "user"), ("assistant", "answer"))
    turns = [
        [{"role": role, "content": turn[name]} for turn in each for role, name in roles if turn.get(name)]
        for each in dialogues
    ]
    with path.open("w", encoding="utf-8") as file:
        for number in range(conversations):
            record = {"conversation_id": f"old-{number}", "turns": turns[number % len(turns)]}
            file.write(json.dumps(record) + "\n")


def run_tacit(server: LocalServer, *arguments: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TACIT_")}
    command = [sys.executable, "-m", "config.cli", *arguments, "--data-dir", str(server.directory)]
    subprocess.run(command, env=clean, check=True, capture_output=True)


def wait_until(is_so: Callable[[], bool]) -> float:
    """The moment at which it is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"It took over {PATIENCE_SECONDS} s.")
        time.sleep(0.2)
    return time.monotonic()


def shows_conversations(server: LocalServer) -> bool:
    with urllib.request.urlopen(f"{server.url}/p/default/conversations", timeout=60) as answer:  # noqa: S310
        return "conversations/old-" in answer.read().decode()


def is_derived(server: LocalServer, conversations: int) -> bool:
    stats = server.get_json("stats")
    return stats["conversations"] >= conversations and not any(stats["lag"].values())


def has_calls(server: LocalServer, conversation_id: str) -> bool:
    return bool(server.get_json(f"generations?conversation_id={conversation_id}&limit=1")["items"])


@contextmanager
def send_now_and_then(server: LocalServer) -> Iterator[list[float]]:
    """A conversation each second; gives the seconds that each took until it was there."""
    waits: list[float] = []
    ended = threading.Event()

    def send() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            request = urllib.request.Request(f"{server.url}/v1/traces", build_request(number), PROTOBUF)  # noqa: S310
            start = time.monotonic()
            with urllib.request.urlopen(request, timeout=60):  # noqa: S310
                pass
            waits.append(wait_until(partial(has_calls, server, f"kill-{number}")) - start)
            ended.wait(PAUSE_SECONDS)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


def measure(conversations: int) -> None:
    with LocalServer() as server, tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "old.jsonl"
        write_log(path, conversations)
        start = time.monotonic()
        importing = threading.Thread(target=run_tacit, args=(server, "import", "jsonl", str(path)))
        importing.start()
        print(f"first page     {wait_until(lambda: shows_conversations(server)) - start:8.1f} s")
        importing.join()
        print(f"sent           {time.monotonic() - start:8.1f} s")
        derived = wait_until(lambda: is_derived(server, conversations))
        print(f"all derived    {derived - start:8.1f} s   {server.read_cpu_seconds():.0f} s of the server's CPU")
        stats = server.get_json("stats")
        print({name: stats[name] for name in ("spans", "generations", "conversations", "signals")})
        start, used = time.monotonic(), server.read_cpu_seconds()
        with send_now_and_then(server) as waits:
            run_tacit(server, "reprocess")
            seconds = time.monotonic() - start
        print(f"read again     {seconds:8.1f} s   {stats['spans'] / seconds:,.0f} traces a second")
        print(f"new spans were there after {sorted(waits)[len(waits) // 2]:.1f} s (median), {max(waits):.1f} s at most")
        derived = wait_until(lambda: is_derived(server, conversations))
        print(f"and derived    {derived - start:8.1f} s   {server.read_cpu_seconds() - used:.0f} s of the server's CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=10_000, help="how many (default 10,000)")
    measure(parser.parse_args().conversations)


if __name__ == "__main__":
    main()
