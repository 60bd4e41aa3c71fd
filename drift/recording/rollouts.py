"""A segment and a field of the ledger come in, how its values shared the traffic over time goes out."""

from collections.abc import Iterable

from drift.ledger.rollout import Share, measure_shares
from drift.models import LedgerState
from drift.recording.events import Segment
from drift.recording.states import unpack

__all__ = ["Share", "load_rollout", "load_rollouts"]


def load_rollout(project_id: int, segment: Segment, field: str, bucket_hours: int = 1) -> list[Share]:
    """Of the last fourteen days of hours with calls, each value's share of the calls that had one."""
    return load_rollouts(project_id, segment, [field], bucket_hours)[field]


def load_rollouts(
    project_id: int, segment: Segment, fields: Iterable[str], bucket_hours: int = 1
) -> dict[str, list[Share]]:
    """The same of several fields."""
    states = LedgerState.objects.filter(project_id=project_id)
    if segment.service_name is not None:
        states = states.filter(service_name=segment.service_name)
    if segment.environment is not None:
        states = states.filter(environment=segment.environment)
    ledgers = [unpack(bytes(archive)).ledger for archive in states.values_list("archive", flat=True)]
    return {
        field: measure_shares([count for ledger in ledgers for count in ledger.list_counts(field)], bucket_hours)
        for field in fields
    }
