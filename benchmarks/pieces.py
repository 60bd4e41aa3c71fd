"""How many pieces of feedback a second Tacit keeps, 1,000 a request, until the last can be read.

    python benchmarks/pieces.py                  20,000 pieces told, told anew, and taken back
    python benchmarks/pieces.py --pieces 100000

A fresh `tacit up`, one connection. Each piece names a message that no span has: stages have nothing to do, and what is
measured is the way into the store.
"""

import argparse
import json
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import LocalServer

PIECES_PER_REQUEST = 1_000
HEADING = f"{'':<12} {'pieces':>8} {'seconds':>8} {'pieces/s':>9} {'CPU s per 1,000':>15}"


def tell(number: int) -> dict[str, Any]:
    return {"name": "thumbs", "label": "down", "identifier": f"piece-{number}", "message_id": f"m-{number}"}


def tell_anew(number: int) -> dict[str, Any]:
    return tell(number) | {"label": "up"}


def take_back(number: int) -> dict[str, Any]:
    return {"identifier": f"piece-{number}", "withdrawn": True}


def measure(server: LocalServer, make_item: Callable[[int], dict[str, Any]], pieces: int, left: int) -> str:
    """Send all and read one; `left` is how many pieces of the last identifier there are then."""
    bodies = [
        json.dumps([make_item(number) for number in range(first, min(first + PIECES_PER_REQUEST, pieces))]).encode()
        for first in range(0, pieces, PIECES_PER_REQUEST)
    ]
    start, cpu = time.perf_counter(), server.read_cpu_seconds()
    for body in bodies:
        request = urllib.request.Request(f"{server.url}/api/v1/feedback", body, method="POST")  # noqa: S310
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            refused = json.load(answer)["rejected"]
        if refused:
            sys.exit(f"{len(refused)} pieces were not taken: {refused[0]['reason']}")
    if len(server.get_json(f"feedback?identifier=piece-{pieces - 1}")["items"]) != left:
        sys.exit("what was acknowledged is not there")
    seconds, cpu = time.perf_counter() - start, server.read_cpu_seconds() - cpu
    name = make_item.__name__.replace("_", " ")
    return f"{name:<12} {pieces:>8,} {seconds:>8.2f} {pieces / seconds:>9,.0f} {1000 * cpu / pieces:>15.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=20_000)
    pieces = parser.parse_args().pieces
    print(HEADING)
    with LocalServer() as server:
        for make_item, left in ((tell, 1), (tell_anew, 1), (take_back, 0)):
            print(measure(server, make_item, pieces, left), flush=True)


if __name__ == "__main__":
    main()
