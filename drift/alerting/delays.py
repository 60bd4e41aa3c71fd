"""How far what is counted is behind what came in: windows end there, so that what is not read yet is no silence."""

import time
from collections.abc import Mapping
from datetime import timedelta

from drift.alerting.metrics import Source
from drift.observing.deriving import OBSERVATIONS
from feedback.derivation import SIGNALS
from feedback.estimating import ESTIMATES
from tracing.derivation import READING
from tracing.stages import Stage
from tracing.store import Store

LAG = timedelta(seconds=30)
"""What came in since may not be counted yet, however quick all stages are."""
HOLDS_SECONDS = 10.0
STAGES: Mapping[Source, tuple[Stage, ...]] = {
    Source.CALLS: (READING,),
    Source.CONVERSATIONS: (READING, SIGNALS, ESTIMATES),
    Source.OBSERVATIONS: (READING, SIGNALS, ESTIMATES, OBSERVATIONS),
}

_known: dict[str, tuple[float, float]] = {}
"""By stage, when its lag was measured last, and the lag."""


def measure_delay(store: Store, source: Source) -> timedelta:
    """How long ago everything that a figure is counted from was read."""
    return max(LAG, timedelta(seconds=sum(measure_lag(store, stage) for stage in STAGES[source])))


def measure_lag(store: Store, stage: Stage) -> float:
    """In seconds; of a moment ago is good enough, as many rules ask."""
    at, lag = _known.get(stage.name, (-HOLDS_SECONDS, 0.0))
    if time.monotonic() - at >= HOLDS_SECONDS:
        at, lag = time.monotonic(), stage.measure_lag(store)
        _known[stage.name] = at, lag
    return lag


def forget_delays() -> None:
    """Measure them anew."""
    _known.clear()
