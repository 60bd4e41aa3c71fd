"""A day of an installation, batch by batch: calls come in by the hour of the day, stages take what waits for them.

    python -m benchmarks.scale.simulate                               the measured stages at several sizes
    python -m benchmarks.scale.simulate --calls-a-day 1e6 --cores 2

Each stage is done by one worker at a time, in the order in which they are due, and a batch takes what was measured for
it (`services.py`). So this finds out what queues do, not what machines do: no page is looked at, and a core is as quick
as the one that was measured.
"""

import argparse
import heapq
import math
import random
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.scale.services import RECEIVING, Service, fit_services, load_runs

DAY_SECONDS = 86_400
PEAK_FACTOR = 2.2
TICK_SECONDS = 1.0

CHAIN: Mapping[str, tuple[str, ...]] = {
    "tracing.read_changed_traces": (
        "feedback.derive_signals",
        "tracing.count_hours",
        "drift.record",
        "tracing.learn_templates",
    ),
    "feedback.derive_signals": ("feedback.estimate", "drift.hand_over"),
    "feedback.estimate": ("feedback.derive_failures", "drift.observe"),
}
"""Which stages wait for what another has done."""
FIRST = "tracing.read_changed_traces"
BATCH_CALLS = 500


@dataclass
class Queue:
    """What waits for a stage: when it came, and how many; the stage is free from `free_at` on."""

    service: Service
    waiting: deque[tuple[float, float, int]] = field(default_factory=deque)
    """(visible from, came in at, calls)."""
    free_at: float = 0.0
    busy_seconds: float = 0.0
    longest_lag: float = 0.0
    waited: float = 0.0
    """Sum over all calls, from when they were there to when their batch began."""
    done: int = 0

    def take(self, now: float, most: int) -> list[tuple[float, float, int]]:
        taken, calls = [], 0
        while self.waiting and self.waiting[0][0] <= now and calls < most:
            taken.append(self.waiting.popleft())
            calls += taken[-1][2]
        return taken


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one stage: the share of the time in which it worked, how long calls took from coming in until it had done
    them at most, and how long they waited for it in the mean."""

    utilisation: float
    longest_lag: float
    mean_wait: float


def draw_day(calls_a_day: float, seed: int, peak_factor: float = PEAK_FACTOR) -> Iterator[tuple[float, int]]:
    """Calls that come in by the second: few at night, the most in the afternoon, by chance around that."""
    chance = random.Random(seed)  # noqa: S311 -- reproducible, not secret
    mean = calls_a_day / DAY_SECONDS
    for second in range(DAY_SECONDS):
        wave = 1 - math.cos(2 * math.pi * (second / DAY_SECONDS - 1 / 8))
        rate = mean * (1 + (peak_factor - 1) * (wave - 1))
        if calls := draw_count(chance, max(0.0, rate)):
            yield float(second), calls


def draw_count(chance: random.Random, mean: float) -> int:
    """Poisson's, by the normal distribution where it is many."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    count, product, least = 0, chance.random(), math.exp(-mean)
    while product > least:
        count += 1
        product *= chance.random()
    return count


def simulate(
    arrivals: Iterable[tuple[float, int]],
    services: Mapping[str, Service],
    cores: int,
    *,
    tick_seconds: float = TICK_SECONDS,
    batch_calls: int = BATCH_CALLS,
    first: str = FIRST,
    chain: Mapping[str, Sequence[str]] = CHAIN,
) -> dict[str, Outcome]:
    """Work through all arrivals (time, calls) on so many cores; what each stage did."""
    queues = {name: Queue(service) for name, service in services.items()}
    queues[first].waiting.extend((at, at, calls) for at, calls in arrivals)
    free = [0.0] * cores
    now = 0.0
    while due := [(max(queue.waiting[0][0], queue.free_at), name) for name, queue in queues.items() if queue.waiting]:
        at, name = min(due)
        now = max(at, heapq.heappop(free))
        heapq.heappush(free, run_batch(queues, name, now, batch_calls, tick_seconds, chain))
    end = max(now, *(queue.free_at for queue in queues.values()))
    return {
        name: Outcome(queue.busy_seconds / end, queue.longest_lag, queue.waited / max(1, queue.done))
        for name, queue in queues.items()
    }


def run_batch(
    queues: Mapping[str, Queue],
    name: str,
    now: float,
    batch_calls: int,
    tick_seconds: float,
    chain: Mapping[str, Sequence[str]],
) -> float:
    """Do what waits for a stage at this time; when it has ended."""
    queue = queues[name]
    taken = queue.take(now, batch_calls)
    calls = sum(count for _, _, count in taken)
    took = queue.service.batch_seconds + queue.service.call_seconds * calls
    end = now + took
    queue.busy_seconds += took
    queue.free_at = max(end, now + tick_seconds)
    queue.done += calls
    for visible, came, count in taken:
        queue.longest_lag = max(queue.longest_lag, end - came)
        queue.waited += (now - visible) * count
        for behind in chain.get(name, ()):
            if behind in queues:
                queues[behind].waiting.append((end, came, count))
    return end


def wait_in_closed_form(service_seconds: float, rate: float) -> float:
    """Mean wait where one serves, each as long, what comes by chance (M/D/1, Pollaczek and Khinchin)."""
    utilisation = rate * service_seconds
    return utilisation * service_seconds / (2 * (1 - utilisation))


def choose_stages(services: Mapping[str, Service]) -> dict[str, Service]:
    """Those that work on what comes in."""
    names = {FIRST, *CHAIN, *(name for behind in CHAIN.values() for name in behind)}
    return {name: services[name] for name in sorted(names & services.keys())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls-a-day", type=float, nargs="+", default=(1e5, 1e6, 3e6, 1e7))
    parser.add_argument("--cores", type=int, nargs="+", default=(1, 2, 4), help="threads of workers, a core for each")
    arguments = parser.parse_args()
    services = fit_services(load_runs())
    stages = choose_stages(services)
    print("| calls a day | threads | receiving | busiest stage | its time | listened to, longest | all done, longest |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for calls in arguments.calls_a_day:
        arrivals = list(draw_day(calls, seed=1))
        for cores in arguments.cores:
            told = simulate(arrivals, stages, cores)
            busiest = max(told, key=lambda name: told[name].utilisation)
            heard = told["feedback.derive_signals"].longest_lag
            last = max(each.longest_lag for each in told.values())
            receiving = services[RECEIVING].load(PEAK_FACTOR * calls / DAY_SECONDS)
            print(
                f"| {calls:,.0f} | {cores} | {receiving:.2f} cores | {busiest} "
                f"| {100 * told[busiest].utilisation:.0f} % | {tell_time(heard)} | {tell_time(last)} |"
            )


def tell_time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 600 else f"{seconds / 3600:.1f} h"


if __name__ == "__main__":
    main()
