"""The simulation behind docs/scale.md against what can be reckoned, and against the figures that were measured."""

import random

import pytest

from benchmarks.scale.services import Service, fit_services, load_runs
from benchmarks.scale.simulate import CHAIN, choose_stages, draw_day, simulate, wait_in_closed_form


def draw_arrivals(rate: float, count: int) -> list[tuple[float, int]]:
    chance, now, arrivals = random.Random(3), 0.0, []  # noqa: S311 -- the same each time
    for _ in range(count):
        now += chance.expovariate(rate)
        arrivals.append((now, 1))
    return arrivals


@pytest.mark.parametrize("utilisation", [0.3, 0.6, 0.8])
def test_a_stage_waits_as_the_formula_of_a_queue_says(utilisation: float) -> None:
    service_seconds = 0.02
    rate = utilisation / service_seconds
    told = simulate(
        draw_arrivals(rate, 60_000),
        {"only": Service(0.0, service_seconds)},
        cores=1,
        tick_seconds=0.0,
        batch_calls=1,
        first="only",
        chain={},
    )["only"]
    assert told.utilisation == pytest.approx(utilisation, rel=0.03)
    assert told.mean_wait == pytest.approx(wait_in_closed_form(service_seconds, rate), rel=0.1)


def test_one_core_is_shared_and_a_stage_is_never_split() -> None:
    services = {"first": Service(0.0, 0.006), "second": Service(0.0, 0.006)}
    arrivals = [(float(second), 100) for second in range(60)]
    one, two, many = (
        simulate(arrivals, services, cores=cores, first="first", chain={"first": ("second",)}) for cores in (1, 2, 8)
    )
    assert one["second"].longest_lag > 5 > two["second"].longest_lag
    assert two == many


def test_a_day_has_its_calls_and_its_peak() -> None:
    calls = list(draw_day(1e6, seed=1, peak_factor=2.2))
    assert sum(count for _, count in calls) == pytest.approx(1e6, rel=0.12)
    hours = [sum(count for at, count in calls if at // 3600 == hour) for hour in range(24)]
    assert max(hours) / (1e6 / 24) == pytest.approx(2.2, rel=0.05)


def test_what_was_measured_has_every_stage_of_the_simulation() -> None:
    services = fit_services(load_runs())
    names = {*CHAIN, *(name for behind in CHAIN.values() for name in behind)}
    assert names == choose_stages(services).keys()
    assert all(each.load(10) > 0 for each in choose_stages(services).values())
