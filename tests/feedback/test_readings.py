"""What the running platform reads thoroughly, and that nothing is lost where it cannot."""

import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from feedback import readings
from feedback.derivation import derive_signals, find_basis
from feedback.detectors.signal import Signal
from feedback.reactions.reaction import Exchange, Reading
from feedback.reactions.static import read_static
from feedback.readings import Readings, describe_readers, get_readings
from feedback.records import load_signals
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

ROOT = Path(__file__).parents[2]
COMPLAINT = Exchange("no, that is wrong, it is Canberra", "capital of australia?", "The capital is Sydney.")
NEXT = Exchange("and how many people live there?", "capital of australia?", "The capital is Canberra.")


class FakeReader:
    """Says what the quick reader said, and that it was thorough; counts what it was given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.read_texts: list[str] = []
        self.calls = 0
        self._error = error

    def read_again(self, exchanges: Sequence[Exchange], quick: Sequence[Reading]) -> list[Reading]:
        self.calls += 1
        if self._error:
            raise self._error
        self.read_texts += [each.message for each in exchanges]
        return [replace(each, tier="transformer") for each in quick]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> FakeReader:
    fake = FakeReader()
    monkeypatch.setattr(readings, "load_reader", lambda _model: fake)
    return fake


@pytest.fixture
def share_of_all(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The platform reads everything thoroughly."""
    monkeypatch.setattr("django.conf.settings.TRANSFORMER_SHARE", 1.0)
    get_readings.cache_clear()
    yield
    get_readings.cache_clear()


def number(exchange: Exchange, count: int) -> list[Exchange]:
    return [replace(exchange, request=f"{exchange.request} {place}") for place in range(count)]


def test_the_likeliest_are_read_thoroughly_and_no_more_than_the_share(reader: FakeReader) -> None:
    found = Readings(0.1).read([*number(NEXT, 90), *number(COMPLAINT, 10)])
    assert [each.tier for each in found] == ["static"] * 90 + ["transformer"] * 10
    assert reader.read_texts == [COMPLAINT.message] * 10


def test_a_message_that_comes_again_is_read_as_it_was_and_counted_once(reader: FakeReader) -> None:
    own = Readings(0.1)
    first = own.read([*number(NEXT, 19), COMPLAINT])
    for _ in range(50):
        assert own.read([*number(NEXT, 19), COMPLAINT]) == first
    assert reader.calls == 1
    assert first[-1].tier == "transformer"


def test_with_another_reply_a_message_is_read_anew(reader: FakeReader) -> None:
    own = Readings(1.0)
    own.read([COMPLAINT])
    own.read([replace(COMPLAINT, reply="Sorry!"), COMPLAINT])
    assert reader.read_texts == [COMPLAINT.message] * 2


def test_what_was_read_quickly_is_not_read_thoroughly_when_there_is_room_later(reader: FakeReader) -> None:
    own = Readings(0.1)
    assert [each.tier for each in own.read([COMPLAINT])] == ["static"]
    own.read(number(NEXT, 100))
    assert [each.tier for each in own.read([COMPLAINT])] == ["static"]


def test_a_share_of_nothing_loads_no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readings, "load_reader", lambda _model: pytest.fail("it was loaded"))
    assert {each.tier for each in Readings(0.0).read(number(COMPLAINT, 50))} == {"static"}


def test_where_the_transformer_fails_all_is_read_without_it_and_that_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = FakeReader(RuntimeError("no such file"))
    monkeypatch.setattr(readings, "load_reader", lambda _model: broken)
    own = Readings(0.5)
    with caplog.at_level(logging.WARNING):
        found = [*own.read(number(COMPLAINT, 10)), *own.read(number(NEXT, 10))]
    # matrix products of other sizes differ in their last digits on some processors
    assert found == [*read_static(number(COMPLAINT, 10)), *read_static(number(NEXT, 10))]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "the transformer failed" in caplog.text


def test_what_is_forgotten_is_what_was_not_asked_for_the_longest() -> None:
    [reading] = read_static([NEXT])
    memory = readings.Memory(most=2)
    memory.keep(b"a", reading)
    memory.keep(b"b", reading)
    memory.find(b"a")
    memory.keep(b"c", reading)
    assert [key for key in (b"a", b"b", b"c") if memory.find(key)] == [b"a", b"c"]


def list_written(teller: Teller, name: str) -> list[Signal]:
    return load_signals(teller.store, teller.project.pk, [name])[name]


@pytest.mark.usefixtures("share_of_all")
def test_the_platform_reads_people_and_spares_machines(reader: FakeReader, project: Project, store: Store) -> None:
    teller = Teller(project, store)
    said = [(COMPLAINT.request, COMPLAINT.answer), (COMPLAINT.message, "Right.")]
    teller.tell("talk", said)
    machine = teller.tell("probe", [(f"{text} please", answer) for text, answer in said])
    teller.write(replace(machine, service_name="load-test", tags=("ci",), user_id="pytest-runner"))
    derive_signals(store, [(project.pk, "talk"), (project.pk, "probe")])
    assert reader.read_texts == [COMPLAINT.message]
    assert {signal.kind for signal in list_written(teller, "talk")} >= {"sentiment", "correction"}
    assert "sentiment" not in {signal.kind for signal in list_written(teller, "probe")}


def test_other_weights_have_everything_heard_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    before = find_basis(project.pk)
    assert find_basis(project.pk) == before
    monkeypatch.setattr("feedback.derivation.describe_readers", lambda: "other weights")
    assert find_basis(project.pk) != before
    assert describe_readers() != "other weights"


def test_the_platform_starts_without_loading_the_transformer() -> None:
    told = "import sys, django; django.setup(); import feedback.tasks, config.urls; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {"onnxruntime", "transformers", "torch"}.isdisjoint(done.stdout.split())
