"""How much of which machine so many spans a day take: the table of docs/scale.md, by arithmetic over what was measured.

    python -m benchmarks.scale.sizing

A span is a model call here, of 2.4 kB: spans of tools beside it cost less. Cores are for the busiest minutes, which
have `PEAK_FACTOR` times the mean; at most 60 % of each are used, and 80 % of one by a single stage, which two workers
never share, listening apart. Where one stage would take more, projects are spread over several installations.
"""

import argparse
import math
from collections.abc import Mapping

from benchmarks.scale.services import RECEIVING, Service, fit_services, load_runs, measure_span_bytes
from benchmarks.scale.simulate import DAY_SECONDS, PEAK_FACTOR, choose_stages

SPLIT = "feedback.derive_signals"
"""The one stage that several workers share, in lanes (decision 121)."""
SIZES = (10_000, 100_000, 1_000_000, 3_000_000, 10_000_000, 100_000_000, 1_000_000_000)
MOST_OF_STAGE, MOST_OF_CORE = 0.8, 0.6
KEPT_DAYS = (30, 90)
TERABYTE, GIGABYTE = 10**12, 10**9


def count_installations(stages: Mapping[str, Service], calls_a_second: float) -> int:
    """The fewest among which the calls are shared so that no stage takes more of a core than it may."""
    rooms = [
        (MOST_OF_STAGE - each.batch_seconds) / each.call_seconds
        for name, each in stages.items()
        if each.call_seconds > 0 and name != SPLIT
    ]
    return max(1, math.ceil(calls_a_second / min(rooms)))


def size(spans_a_day: int, services: Mapping[str, Service], span_bytes: float) -> str:
    """A row of the table."""
    rate = PEAK_FACTOR * spans_a_day / DAY_SECONDS
    stages = choose_stages(services)
    installations = count_installations(stages, rate)
    each = rate / installations
    cores = installations * sum(service.load(each) for name, service in services.items() if name != RECEIVING)
    lanes = math.ceil(stages[SPLIT].load(each) / MOST_OF_STAGE)
    slowest = max(stages.keys() - {SPLIT}, key=lambda name: stages[name].load(each))
    disk = " | ".join(tell_bytes(days * spans_a_day * span_bytes) for days in KEPT_DAYS)
    return (
        f"| {spans_a_day:,} | {rate:,.1f} | {services[RECEIVING].load(rate, min(1.0, rate)):.2f} "
        f"| {cores:,.1f} | {math.ceil(cores / MOST_OF_CORE):,} | {lanes} | {slowest.partition('.')[2]}: "
        f"{100 * stages[slowest].load(each):.0f} % | {installations} | {disk} |"
    )


def tell_bytes(count: float) -> str:
    return f"{count / TERABYTE:,.1f} TB" if count >= TERABYTE else f"{count / GIGABYTE:,.1f} GB"


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    runs = load_runs()
    services, span_bytes = fit_services(runs), measure_span_bytes(runs)
    print("| what | s a batch | ms a call |\n| --- | --- | --- |")
    for name, service in sorted(services.items(), key=lambda each: -each[1].load(10)):
        if service.load(10) > 0.005:
            print(f"| {name} | {service.batch_seconds:.3f} | {1000 * service.call_seconds:.2f} |")
    print(f"\n{span_bytes:,.0f} bytes a span on disk\n")
    print(
        "| spans a day | a second at the peak | receiving, cores | stages, cores | cores to have | lanes "
        "| slowest other stage | installations | 30 days | 90 days |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    )
    for spans_a_day in SIZES:
        print(size(spans_a_day, services, span_bytes))


if __name__ == "__main__":
    main()
