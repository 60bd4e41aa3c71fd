"""Leases: kept as long as their holder lives, free soon after it died."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tracing.leases import LEASE, Keeper
from tracing.models import StageLease
from tracing.stages import hold_lease


def read_until(stage: str) -> datetime:
    return StageLease.objects.get(stage=stage).until


@pytest.mark.django_db(transaction=True)
def test_a_lease_is_renewed_while_it_is_held_and_not_after() -> None:
    StageLease.objects.create(stage="long", holder="me", until=datetime.now(UTC))
    keeper = Keeper(0.02)
    with keeper.keep("long", "me"):
        until = time.monotonic() + 5
        while read_until("long") < datetime.now(UTC) + LEASE / 2:
            assert time.monotonic() < until
            time.sleep(0.01)
    time.sleep(0.1)
    StageLease.objects.update(until=datetime.now(UTC))
    time.sleep(0.1)
    assert read_until("long") <= datetime.now(UTC)


@pytest.mark.django_db
def test_what_a_dead_process_held_is_free_within_half_a_minute() -> None:
    with hold_lease("theirs"):
        assert read_until("theirs") - datetime.now(UTC) < timedelta(seconds=30)
    StageLease.objects.update(holder="dead:1", until=datetime.now(UTC) + LEASE)
    with hold_lease("theirs") as held:
        assert not held
    StageLease.objects.update(until=datetime.now(UTC))
    with hold_lease("theirs") as held:
        assert held


@pytest.mark.django_db
def test_two_threads_of_a_process_do_not_hold_the_same() -> None:
    with hold_lease("ours") as first, hold_lease("ours") as second:
        assert (first, second) == (True, False)
    with hold_lease("ours") as again:
        assert again


@pytest.mark.django_db
def test_what_this_process_could_not_give_back_it_has_again_at_once() -> None:
    with hold_lease("ours"):
        pass
    StageLease.objects.update(until=datetime.now(UTC) + LEASE)
    with hold_lease("ours") as held:
        assert held
