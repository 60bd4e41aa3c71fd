"""How many later messages of users each reader of reactions reads a second.

    python benchmarks/reactions.py [--profile]

CPU time of one thread, on the chats in the repository; of several rounds the fastest. Nothing is kept between rounds
but the words, as between messages of one day.
"""

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable, Sequence

from feedback.reactions import features, overlap, pasted
from feedback.reactions.reaction import Exchange, Reading
from feedback.reactions.reader import load_reader
from feedback.reactions.static import read_static
from feedback.training.chats import list_files, load_chats

ROUNDS = 5
STATIC_EXCHANGES, TRANSFORMER_EXCHANGES = 4_000, 400
CACHES = (
    overlap.read_request,
    overlap.list_answer_stems,
    features.list_answer_runs,
    pasted.blank_pasted,
)
"""What is kept of messages: emptied before each round, or all would be known."""

Read = Callable[[Sequence[Exchange]], list[Reading]]


def measure_seconds(read: Read, exchanges: Sequence[Exchange]) -> float:
    for cache in CACHES:
        cache.cache_clear()
    started = time.process_time()
    read(exchanges)
    return time.process_time() - started


def report(name: str, read: Read, exchanges: Sequence[Exchange], rounds: int) -> None:
    read(exchanges[:50])
    seconds = min(measure_seconds(read, exchanges) for _ in range(rounds))
    each = seconds / len(exchanges)
    print(f"{name}: {1 / each:,.0f} exchanges a second on one core, {1_000 * each:.2f} ms each")


def main() -> None:
    parser = argparse.ArgumentParser(description="How many later messages are read a second.")
    parser.add_argument("--profile", action="store_true", help="show where the quick reader's time goes")
    options = parser.parse_args()
    chats = load_chats(list_files(validation=True) + list_files(validation=False))
    exchanges = [each.exchange for each in chats]
    step = len(exchanges) // STATIC_EXCHANGES
    report("static", read_static, exchanges[::step], ROUNDS)
    few = exchanges[:: len(exchanges) // TRANSFORMER_EXCHANGES]
    report("both, all by the transformer", load_reader().read_thoroughly, few, 2)
    if options.profile:
        profile = cProfile.Profile()
        profile.runcall(measure_seconds, read_static, exchanges[::step])
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
