"""Rows are written as the stages write them, in their first version, without the stages: so that those are done."""

import pytest

from drift.alerting.delays import STAGES, forget_delays
from drift.alerting.metrics import Source
from tracing.store import Store
from tracing.times import EPOCH


@pytest.fixture
def store(store: Store) -> Store:
    """Every stage has done what is there."""
    names = [stage.name for stage in STAGES[Source.OBSERVATIONS]]
    store.insert("watermarks", {"stage": names, "done_until": [EPOCH.replace(second=1)] * len(names)})
    forget_delays()
    return store
