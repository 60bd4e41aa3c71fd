"""What became of everything that came in, stage by stage: nothing goes without a count and a reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedback.datasets.record import Reason

BY_CODE = {reason.code: reason for reason in Reason}


@dataclass(frozen=True, slots=True)
class Step:
    """One stage: `rows_in` less what was dropped is `rows_out`."""

    name: str
    rows_in: int
    rows_out: int
    dropped: Counter[Reason] = field(default_factory=Counter)

    def __add__(self, other: "Step") -> "Step":
        """The same stage over more rows."""
        return Step(
            self.name, self.rows_in + other.rows_in, self.rows_out + other.rows_out, self.dropped + other.dropped
        )


def join_steps(before: Sequence[Step], after: Sequence[Step]) -> tuple[Step, ...]:
    """The stages before and after rows lay on the disk. Between them are gone whose users were to be forgotten then."""
    rows_in, rows_out = before[-1].rows_out, after[0].rows_in
    erasure = Step("erasure", rows_in, rows_out, Counter({Reason.FORGOTTEN: rows_in - rows_out}))
    return (*before, erasure, *after)


def write_step(step: Step) -> dict[str, Any]:
    """As manifests and inspections tell it; `read_step` reads it back equal."""
    dropped = sorted((reason.code, count) for reason, count in step.dropped.items() if count)
    return {"name": step.name, "in": step.rows_in, "out": step.rows_out, "dropped": dict(dropped)}


def read_step(told: Mapping[str, Any]) -> Step:
    dropped = Counter({BY_CODE[code]: count for code, count in told["dropped"].items()})
    return Step(told["name"], told["in"], told["out"], dropped)
