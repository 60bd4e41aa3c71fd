"""Whether two workers derive sooner than one what has gathered while nobody worked.

    python -m tests.faults.workers --conversations 1500

Prints for each how long it took until all was counted, and what processor time the workers took for it.
"""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.peers.processes import read_cpu_seconds
from tests.faults.bad_days import compare
from tests.faults.load import Load, count
from tests.faults.services import wait_until
from tests.faults.site import PARTS, start_site

PATIENCE_SECONDS = 600


def measure(workers: tuple[str, ...], conversations: int) -> tuple[float, float]:
    """Seconds until all is counted, and the seconds of the processor that these workers took."""
    with (
        tempfile.TemporaryDirectory(prefix="tacit-workers-") as directory,
        start_site(Path(directory) / "site") as site,
    ):
        load = Load(site.url, rate=200)
        with load.sending():
            wait_until(lambda: load.sent >= 20, 60)
        wait_until(lambda: not compare(load, count(site.store)), PATIENCE_SECONDS)  # all is loaded that is ever loaded
        for name in ("beat", "worker 1", "worker 2"):
            if name not in workers:
                process = site.processes.pop(name)
                process.terminate()
                process.wait()
        with load.sending():
            wait_until(lambda: load.sent >= conversations, PATIENCE_SECONDS)
        before = sum(read_cpu_seconds(site.processes[name].pid) for name in workers)
        began = time.monotonic()
        site.start("beat", *PARTS["beat"])
        wait_until(lambda: not compare(load, count(site.store)), PATIENCE_SECONDS)
        took = time.monotonic() - began
        return took, sum(read_cpu_seconds(site.processes[name].pid) for name in workers) - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=1500)
    options = parser.parse_args()
    for workers in (("worker 1",), ("worker 1", "worker 2")):
        seconds, cpu_seconds = measure(workers, options.conversations)
        print(f"{len(workers)} at work: {seconds:.1f} s, {cpu_seconds:.1f} s of the processor", flush=True)


if __name__ == "__main__":
    main()
