"""Who led a conversation, a person or a machine: what is known of it comes in, a verdict with its reason goes out.

Evaluations, tests, timers, load tests, monitors and batch jobs talk to models as people do, and nobody is
dissatisfied there.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MachineKind:
    """One kind of machine, under the name that the store and filters have."""

    name: str
    title: str


MACHINES: tuple[MachineKind, ...] = (
    MachineKind("evaluation", "an evaluation"),
    MachineKind("test", "a test"),
    MachineKind("schedule", "a timer"),
    MachineKind("load_test", "a load test"),
    MachineKind("monitor", "a monitor"),
    MachineKind("batch", "a batch job"),
)
