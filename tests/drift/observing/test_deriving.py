"""Of conversations that were estimated, what they tell of drift is kept, as long as people lead them."""

import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from drift.observing import deriving
from drift.observing.deriving import OBSERVATIONS, OBSERVING_AGAIN, observe_changed
from drift.observing.measuring import find_day, find_language
from drift.observing.records import FIRST_DAY, LAST_DAY, Observation, load_observations, load_vectors
from feedback import catching_up
from feedback.detectors.verdict import Verdict
from feedback.estimating import estimate_changed
from feedback.records import Hearing, write_hearings
from tests.pages.conftest import Teller
from tracing.models import Project

QUESTION, ANSWER = "How do I reset the router?", "Hold the button for ten seconds and wait."
ANGRY = "No, that is wrong. This is awful!"


def hear(teller: Teller, *names: str, machine: str = "") -> None:
    hearings = dict.fromkeys(names, Hearing("test", Verdict(machine, 1.0, "so it said")))
    write_hearings(teller.store, teller.project.pk, hearings, [], time.time_ns() // 1000)


def tell(teller: Teller, name: str, *turns: tuple[str, str], **given: object) -> None:
    teller.tell(name, turns or ((QUESTION, ANSWER),), **given)  # type: ignore[arg-type]
    hear(teller, name)


def derive(teller: Teller) -> int:
    while estimate_changed(teller.store):
        pass
    count = 0
    while done := observe_changed(teller.store):
        count += done
    return count


def load(teller: Teller, *names: str) -> dict[str, Observation]:
    return load_observations(teller.store, teller.project.pk, names)


def test_a_conversation_is_measured_with_the_meaning_of_its_first_message(teller: Teller) -> None:
    tell(teller, "a", (QUESTION, ANSWER), (ANGRY, "I am sorry."), service_name="shop", environment="live")
    assert derive(teller) == 1
    row = load(teller, "a")["a"]
    assert (row.service_name, row.environment, row.model, row.language) == ("shop", "live", "gpt-x", "en")
    assert row.day == datetime.fromtimestamp(row.time_ns / 1e9, UTC).date()
    assert row.measured["bad_signals"].sum == row.measured["angry_messages"].sum == 1
    assert row.measured["turns"].sum == pytest.approx(np.log(2))
    assert not {"cost", "thumbs_down", "chunks"} & row.measured.keys()
    [expected] = deriving.load_encoder().embed([QUESTION])
    _, [vector] = load_vectors(teller.store, teller.project.pk, None, None, None, 10)
    assert float(vector @ expected) > 0.999


def test_prompt_and_model_are_those_of_the_first_call(teller: Teller) -> None:
    tell(teller, "a")
    call = {"trace_id": ["a-0-trace"], "span_id": ["a-0-span"], "prompt_version": ["7"], "request_model": ["gpt"]}
    teller.store.insert("generations", {"project_id": [teller.project.pk], "version": [1], **call})
    derive(teller)
    row = load(teller, "a")["a"]
    assert (row.prompt_version, row.model) == ("7", "gpt")


def test_nothing_is_done_twice_and_the_lag_is_told(teller: Teller) -> None:
    assert OBSERVATIONS.measure_lag(teller.store) == 0
    tell(teller, "a")
    estimate_changed(teller.store)
    assert OBSERVATIONS.measure_lag(teller.store) > 0
    assert derive(teller) == 1
    assert derive(teller) == 0
    assert OBSERVATIONS.measure_lag(teller.store) == 0


def test_an_estimate_that_was_fitted_anew_tells_nothing_new(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(teller, "a")
    derive(teller)
    before = load(teller, "a")["a"]
    teller.store.execute("INSERT INTO estimates SELECT * REPLACE (version + 1 AS version, 'x' AS basis) FROM estimates")
    with monkeypatch.context() as patch:
        patch.setattr(deriving, "load_turns", None)
        assert derive(teller) == 1
    assert load(teller, "a")["a"] == before


def test_the_same_words_are_not_embedded_again(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(teller, "a")
    derive(teller)
    before = load(teller, "a")["a"]
    tell(teller, "a", (QUESTION, ANSWER), ("Thanks!", "You are welcome."))
    with monkeypatch.context() as patch:
        patch.setattr(deriving, "load_encoder", None)
        assert derive(teller) == 1
    after = load(teller, "a")["a"]
    assert after.measured["turns"] != before.measured["turns"]
    assert after.vector == before.vector


def test_who_is_a_machine_or_gone_loses_the_row(teller: Teller) -> None:
    for name in ("machine", "gone", "stays"):
        tell(teller, name)
    derive(teller)
    hear(teller, "machine", machine="probe")
    write_hearings(teller.store, teller.project.pk, {}, ["gone"], time.time_ns() // 1000)
    teller.store.execute("DELETE FROM conversations WHERE conversation_id = 'gone'")
    assert derive(teller) == 2
    assert set(load(teller, "machine", "gone", "stays")) == {"stays"}


def test_a_conversation_that_moves_to_another_day_is_there_once(teller: Teller) -> None:
    tell(teller, "a", age_hours=50)
    derive(teller)
    before = load(teller, "a")["a"]
    tell(teller, "a", age_hours=1)
    derive(teller)
    rows = teller.store.query("drift/sql/observations_of_conversations.sql", project_id=1, conversation_ids=["a"])
    assert [row["day"] > before.day for row in rows] == [True]


def test_what_other_code_measured_is_measured_again(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(teller, "a")
    derive(teller)
    row = load(teller, "a")["a"]
    old = replace(row, measured={}, code_version="0")
    deriving.write_observations(teller.store, teller.project.pk, [old], [], row.version + 1)
    OBSERVING_AGAIN.forget_done()
    monkeypatch.setattr(catching_up, "is_behind", lambda _: False)  # the teller writes as if long ago
    assert OBSERVING_AGAIN.run(teller.store) == 1
    assert load(teller, "a")["a"].measured == row.measured
    assert OBSERVING_AGAIN.run(teller.store) == 0


def test_projects_are_told_apart(teller: Teller) -> None:
    other = Teller(Project.objects.create(slug="other", name="Other"), teller.store)
    tell(teller, "same")
    tell(other, "same", (ANGRY, ANSWER))
    assert derive(teller) == 2
    [own], [others] = load(teller, "same").values(), load(other, "same").values()
    assert own.text_hash != others.text_hash


def test_a_process_that_dies_before_it_wrote_leaves_the_work_to_the_next(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, "a")
    estimate_changed(teller.store)

    def die(*_given: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(deriving, "write_observations", die)
        with pytest.raises(SystemExit):
            observe_changed(teller.store)
    OBSERVATIONS.forget()
    assert derive(teller) == 1
    assert set(load(teller, "a")) == {"a"}


@pytest.mark.parametrize("time_ns", [-1, -(10**18), 0, 2**63 - 1, 10**20])
def test_clocks_may_say_anything(time_ns: int) -> None:
    assert FIRST_DAY <= find_day(time_ns) <= LAST_DAY


@pytest.mark.parametrize(
    ("messages", "language"),
    [
        (["Where is my parcel? I have been waiting for two weeks."], "en"),
        (["Wo ist mein Paket? Ich warte seit zwei Wochen darauf."], "de"),
        (["¿Dónde está mi paquete? Llevo dos semanas esperando.", "Gracias"], "es"),
        (["我的包裹在哪里？我已经等了两个星期了。"], "zh"),
        (["```\nimport os\n```", "ok"], ""),
        ([], ""),
    ],
)
def test_the_language_is_that_of_what_people_write(messages: list[str], language: str) -> None:
    assert find_language(messages) == language
