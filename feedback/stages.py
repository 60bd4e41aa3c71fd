"""How the stages of Tacit do: what was written down of them, and how far each is behind now."""

from datetime import datetime, timedelta
from functools import partial

from feedback.pages.stages import Stages
from tracing.pulses import find_last_done, list_measured, read_work, sum_done
from tracing.stages import STAGES
from tracing.store import Store
from tracing.together import ask_together

HOUR = timedelta(hours=1)


def load_stages(store: Store, now: datetime) -> Stages:
    stages = list(STAGES.values())
    waits = ask_together(*(partial(stage.measure_wait, store) for stage in stages))
    return Stages(
        work=read_work(),
        waits={stage.name: wait for stage, wait in zip(stages, waits, strict=True)},
        done=sum_done(now - HOUR),
        last=find_last_done(),
        measured=list_measured(now - HOUR),
        now=now,
    )
