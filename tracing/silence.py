"""Whether anybody works on what comes in, as this process knows it; pages look here and ask nobody."""

from datetime import datetime

from tracing.pulses import Work


class Silence:
    """`work` is what was heard last, where that is too long ago; None while somebody works, or nobody looks."""

    def __init__(self) -> None:
        self.work: Work | None = None

    def note(self, work: Work | None, began_at: datetime, now: datetime) -> None:
        """Who looks since `began_at` only waits a while from then: a worker may start after it."""
        heard = work or Work(began_at)
        waited = Work(max(heard.at, began_at)).find_silence(now)
        self.work = heard if waited else None


SILENCE = Silence()
