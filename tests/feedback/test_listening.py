"""Old conversations are listened to again where detectors or a project's settings changed, the latest first."""

import time
from dataclasses import replace

import pytest

from feedback import catching_up, derivation, listening
from feedback.derivation import derive_changed_signals, derive_signals
from feedback.detectors import DETECTORS, Signal
from feedback.detectors.material import QUIET_NS
from feedback.listening import LISTENING_AGAIN, measure_lag
from feedback.models import Listening
from feedback.records import load_signals
from feedback.tunings import set_detector, set_expectation
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

ANGRY = (("How do I reset it?", "Hold the button."), ("This is awful, I hate it!", "I am sorry."))


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    LISTENING_AGAIN.forget_done()
    # the versions that a teller writes are very old
    monkeypatch.setattr(catching_up, "is_behind", lambda _store: False)


def hear(teller: Teller, *names: str) -> None:
    for age, name in enumerate(names):
        teller.tell(name, ANGRY, age_hours=1 + age)
    derive_signals(teller.store, [(teller.project.pk, name) for name in names])


def load(teller: Teller, name: str, kind: str = "sentiment") -> list[Signal]:
    return [each for each in load_signals(teller.store, teller.project.pk, [name])[name] if each.kind == kind]


def test_nothing_is_done_where_nothing_changed(teller: Teller) -> None:
    hear(teller, "a", "b")
    assert LISTENING_AGAIN.run(teller.store) == 0
    assert measure_lag(teller.project.pk) == 0


def test_where_nothing_is_left_the_store_is_asked_nothing(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    hear(teller, "a")
    LISTENING_AGAIN.run(teller.store)
    with monkeypatch.context() as patched:
        patched.setattr(catching_up, "is_behind", lambda _store: pytest.fail("asked whether stages are behind"))
        patched.setattr(Store, "query", lambda *_given, **_bound: pytest.fail("asked the store"))
        assert LISTENING_AGAIN.run(teller.store) == 0
    set_detector(teller.project.pk, "sentiment", is_on=False, threshold=None)
    assert LISTENING_AGAIN.run(teller.store) == 1


def test_a_detector_that_is_turned_off_loses_its_signals_and_gets_them_back(teller: Teller) -> None:
    hear(teller, "a")
    set_detector(teller.project.pk, "sentiment", is_on=False, threshold=None)
    assert LISTENING_AGAIN.run(teller.store) == 1
    assert load(teller, "a") == []
    set_detector(teller.project.pk, "sentiment", is_on=True, threshold=None)
    assert LISTENING_AGAIN.run(teller.store) == 1
    assert len(load(teller, "a")) == 1
    assert LISTENING_AGAIN.run(teller.store) == 0


def test_a_threshold_that_is_moved_changes_what_fires(teller: Teller) -> None:
    hear(teller, "a")
    (before,) = load(teller, "a")
    assert before.fired
    set_detector(teller.project.pk, "sentiment", is_on=True, threshold=1.0)
    LISTENING_AGAIN.run(teller.store)
    assert load(teller, "a") == [replace(before, fired=False)]


def test_another_version_listens_to_the_latest_first_and_tells_what_is_left(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(teller, "new", "older", "oldest")
    changed = [replace(each, version="next") if each.kind == "sentiment" else each for each in DETECTORS]
    monkeypatch.setattr(derivation, "DETECTORS", tuple(changed))
    monkeypatch.setattr(LISTENING_AGAIN, "batch_size", 1)
    heard: list[str] = []
    derive = listening.derive_signals
    monkeypatch.setattr(
        listening, "derive_signals", lambda store, keys: (heard.append(keys[0][1]), derive(store, keys))
    )
    left = []
    while LISTENING_AGAIN.run(teller.store):
        left.append(Listening.objects.get().waiting)
        assert measure_lag(teller.project.pk) > 0
    assert heard == ["new", "older", "oldest"]
    assert left == [3, 2, 1]
    assert measure_lag(teller.project.pk) == 0


def test_an_expectation_that_changed_counts_too(teller: Teller) -> None:
    hear(teller, "a")
    set_expectation(teller.project.pk, slow_ms=500, long_is="bad")
    assert LISTENING_AGAIN.run(teller.store) == 1


def test_settings_of_one_project_are_none_of_another(teller: Teller) -> None:
    hear(teller, "a")
    other = Project.objects.create(slug="other", name="Other")
    set_detector(other.pk, "sentiment", is_on=False, threshold=None)
    assert LISTENING_AGAIN.run(teller.store) == 0
    assert len(load(teller, "a")) == 1


def test_a_conversation_is_heard_again_once_it_is_quiet(teller: Teller) -> None:
    left_s = 1.5
    spoken_s = 62  # two turns a minute apart, the last answer of two seconds
    teller.tell("left", ANGRY, age_hours=(QUIET_NS / 10**9 - left_s + spoken_s) / 3600)
    teller.store.execute("TRUNCATE TABLE signals")
    derive_changed_signals(teller.store)
    assert load(teller, "left", "abandonment") == []
    time.sleep(left_s + 1)
    derive_changed_signals(teller.store)
    assert len(load(teller, "left", "abandonment")) == 1
