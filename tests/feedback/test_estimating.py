"""Conversations are estimated as they are listened to, and again where their project was learnt anew."""

import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from feedback import catching_up, estimating, satisfaction_fits
from feedback.confirmations import identify_signal, write_confirmation
from feedback.detectors import detect_signals
from feedback.detectors.material import Material
from feedback.detectors.verdict import Verdict
from feedback.estimating import ESTIMATES, ESTIMATING_AGAIN, estimate_changed
from feedback.labels import DISSATISFIED, OUTCOME, SATISFIED, LabelKey, write_label
from feedback.models import SatisfactionFit
from feedback.records import Hearing, load_signals, write_hearings
from feedback.satisfaction import (
    Facts,
    Observation,
    estimate_rates,
    fit_satisfaction,
    load_defaults,
    tabulate,
)
from feedback.satisfaction import Verdict as Told
from feedback.satisfaction.estimates import SAID
from feedback.satisfaction.facts import Source
from feedback.satisfaction.rates import FEWEST_VERDICTS
from feedback.satisfaction.votes import LEAST_SCORE
from feedback.satisfaction_fits import (
    FEWEST_CONVERSATIONS,
    count_all,
    find_basis,
    find_fit,
    fit_if_due,
    fit_project,
    forget_fits,
    load_rates,
    load_shipped,
    tell_rates,
)
from feedback.satisfaction_records import (
    Estimate,
    Known,
    load_estimates,
    load_known,
    load_known_of,
    load_told_versions,
)
from tests.pages.conftest import Teller
from tracing.conversations import Conversation
from tracing.filter_language import Filter
from tracing.models import Project
from tracing.store import Store
from tracing.times import EPOCH

ANGRY = (("How do I reset it?", "Hold the button."), ("No, that is wrong. This is awful!", "I am sorry."))
GLAD = (("How do I reset it?", "Hold the button."), ("Perfect, thank you so much!", "You are welcome."))
SILENT = (("How do I reset it?", "Hold the button."), ("And where do I find the manual?", "Under the lid."))


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    return Teller(project, store)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    ESTIMATING_AGAIN.forget_done()
    forget_fits()
    ESTIMATES.forget()
    # the versions that a teller writes are very old
    monkeypatch.setattr(catching_up, "is_behind", lambda _store: False)


def hear(teller: Teller, *names: str, machine: str = "") -> None:
    """Write down that these were listened to, as the stage `signals` does."""
    hearings = dict.fromkeys(names, Hearing("test", Verdict(machine, 1.0, "so it said")))
    write_hearings(teller.store, teller.project.pk, hearings, [], time.time_ns() // 1000)


def tell(teller: Teller, name: str, turns: tuple[tuple[str, str], ...] = GLAD, thumb: str = "") -> None:
    teller.tell(name, turns, user_id=name, feedback=[teller.thumb(name, 0, thumb)] if thumb else [])
    hear(teller, name)


def tell_many(teller: Teller, count: int = FEWEST_CONVERSATIONS, thumbs: int = 0) -> list[str]:
    names = [f"many-{number}" for number in range(count)]
    with teller.together():
        for number, name in enumerate(names):
            is_angry = number % 3 == 0
            feedback = [teller.thumb(name, 0, "down" if is_angry else "up")] if number < thumbs else []
            teller.tell(name, ANGRY if is_angry else GLAD, user_id=name, feedback=feedback)
    hear(teller, *names)
    return names


def load(teller: Teller, *names: str) -> dict[str, Estimate]:
    return load_estimates(teller.store, teller.project.pk, names)


def estimate_all(teller: Teller) -> None:
    while estimate_changed(teller.store):
        pass


def test_who_complains_is_likelier_dissatisfied_than_who_thanks(teller: Teller) -> None:
    tell(teller, "angry", ANGRY)
    tell(teller, "glad")
    assert estimate_changed(teller.store) == 2
    found = load(teller, "angry", "glad")
    assert found["angry"].probability.value > 0.5 > found["glad"].probability.value
    assert found["angry"].probability.value > found["glad"].probability.high
    for each in found.values():
        assert 0 < each.probability.low < each.probability.value < each.probability.high < 1
        assert not each.is_fitted
        assert each.basis == load_shipped().basis


def test_nothing_is_done_where_nothing_changed_also_by_a_new_process(teller: Teller) -> None:
    tell(teller, "a")
    assert estimate_changed(teller.store) == 1
    assert estimate_changed(teller.store) == 0
    ESTIMATES.forget()
    assert estimate_changed(teller.store) == 0
    assert ESTIMATES.measure_lag(teller.store) == 0


def test_a_process_that_dies_before_it_wrote_leaves_the_work_to_the_next(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, "a")

    def die(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(estimating, "write_estimates", die)
        with pytest.raises(KeyboardInterrupt):
            estimate_changed(teller.store)
    ESTIMATES.forget()
    assert estimate_changed(teller.store) == 1
    assert load(teller, "a")


def test_a_process_that_dies_after_it_wrote_leaves_nothing_to_do(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(teller, "a")

    def die(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(ESTIMATES, "_move_watermark", die)
        with pytest.raises(KeyboardInterrupt):
            estimate_changed(teller.store)
    before = load(teller, "a")
    ESTIMATES.forget()
    assert estimate_changed(teller.store) == 0
    assert load(teller, "a") == before


def test_estimated_twice_a_conversation_has_the_same_estimate(teller: Teller) -> None:
    tell(teller, "a", ANGRY)
    estimate_all(teller)
    before = load(teller, "a")
    estimating.estimate_keys(teller.store, [(teller.project.pk, "a")])
    assert load(teller, "a") == before


def test_what_waits_is_the_lag(teller: Teller) -> None:
    tell(teller, "a")
    assert 0 < ESTIMATES.measure_lag(teller.store) < 60


def test_a_hearing_that_is_written_long_after_it_began_is_found(teller: Teller) -> None:
    tell(teller, "a")
    estimate_all(teller)
    teller.tell("b", ANGRY)
    began = time.time_ns() // 1000 - 5 * 60 * 10**6
    write_hearings(teller.store, teller.project.pk, {"b": Hearing("test")}, [], began)
    assert estimate_changed(teller.store) == 1
    assert load(teller, "b")


def test_a_conversation_that_is_heard_anew_is_estimated_anew(teller: Teller) -> None:
    tell(teller, "a")
    estimate_all(teller)
    before = load(teller, "a")["a"]
    tell(teller, "a", ANGRY)
    assert estimate_changed(teller.store) == 1
    assert load(teller, "a")["a"].probability.value > before.probability.value


def test_what_a_machine_led_and_what_is_gone_has_no_estimate(teller: Teller) -> None:
    tell(teller, "a")
    tell(teller, "b")
    estimate_all(teller)
    hear(teller, "a", machine="test")
    write_hearings(teller.store, teller.project.pk, {}, ["b"], time.time_ns() // 1000)
    estimate_all(teller)
    assert load(teller, "a", "b") == {}
    ESTIMATES.forget()
    assert estimate_changed(teller.store) == 0


def test_a_signal_that_is_rejected_no_longer_counts(teller: Teller) -> None:
    tell(teller, "a", ANGRY)
    estimate_all(teller)
    before = load(teller, "a")["a"]
    for signal in load_signals(teller.store, teller.project.pk, ["a"])["a"]:
        write_confirmation(
            teller.store, teller.project.pk, identify_signal("a", signal), signal, "rejected", "reviewer"
        )
    assert estimate_changed(teller.store) == 1
    after = load(teller, "a")["a"]
    assert after.probability.value < before.probability.value
    known = load_known_of(teller.store, teller.project.pk, ["a"])
    assert known.facts[0].observations == ()


def test_a_signal_that_is_confirmed_counts_fully(teller: Teller) -> None:
    tell(teller, "a", ANGRY)
    signal = next(each for each in load_signals(teller.store, teller.project.pk, ["a"])["a"] if each.polarity < 0)
    write_confirmation(teller.store, teller.project.pk, identify_signal("a", signal), signal, "confirmed", "reviewer")
    known = load_known_of(teller.store, teller.project.pk, ["a"])
    [heard] = [each for each in known.facts[0].observations if each.kind == signal.kind and each.label == signal.label]
    assert (heard.score, heard.fired) == (1.0, True)


def test_thumbs_are_verdicts_and_no_votes(teller: Teller) -> None:
    tell(teller, "up", thumb="up")
    tell(teller, "down", thumb="down")
    known = load_known(teller.store, teller.project.pk, Filter(), 10, time.time_ns())
    assert {each.conversation_id: each.is_dissatisfied for each in known.verdicts} == {"up": False, "down": True}
    assert {each.answer_characters for each in known.verdicts} == {float(len("Hold the button."))}
    assert all(each.kind != "thumbs" for facts in known.facts for each in facts.observations)
    assert {each.user_id for each in known.facts} == {"up", "down"}
    assert {each.turns for each in known.facts} == {2}


def ask(teller: Teller, name: str, *, asked: bool = True, propensity: float = 0.5, version_us: int = 0) -> None:
    """Write down that it was decided whether to ask the user of a conversation."""
    version = version_us or time.time_ns() // 1000
    row = {"ask_id": f"ask-{name}-{version}", "person": f"user:{name}", "user_id": name, "conversation_id": name}
    told = {"time": EPOCH + timedelta(microseconds=version), "asked": asked, "propensity": propensity}
    columns = {key: [value] for key, value in (row | told | {"version": version}).items()}
    teller.store.insert("asks", {"project_id": [teller.project.pk], **columns})


def say(teller: Teller, name: str, verdict: str, who: str = "reviewer") -> None:
    write_label(teller.store, teller.project.pk, LabelKey(name, OUTCOME, who), verdict)


def load_one(teller: Teller, name: str) -> Known:
    return load_known_of(teller.store, teller.project.pk, [name])


def test_who_was_asked_is_known_with_the_probability_over_all_decisions(teller: Teller) -> None:
    for name in ("a", "b"):
        tell(teller, name)
    ask(teller, "a", asked=False, propensity=0.5, version_us=1)
    ask(teller, "a", asked=True, propensity=0.2, version_us=2)
    [facts] = load_one(teller, "a").facts
    assert facts.is_asked
    assert facts.propensity == pytest.approx(1 - 0.5 * 0.8)
    [facts] = load_one(teller, "b").facts
    assert (facts.is_asked, facts.propensity) == (False, 0.0)


def test_a_verdict_that_answers_a_question_was_asked_for(teller: Teller) -> None:
    thumb = teller.thumb("a", 0, "down")
    rating = replace(teller.thumb("a", 1, ""), identifier="r", name="rating", score=5.0, metadata={"max": 5, "min": 1})
    asked = replace(thumb, metadata={"ask_id": "q"})
    teller.tell("a", GLAD, feedback=[asked, rating])
    teller.tell("b", GLAD, feedback=[teller.thumb("b", 0, "down")])
    hear(teller, "a", "b")
    found = load_known(teller.store, teller.project.pk, Filter(), 10, time.time_ns()).verdicts
    assert sorted((each.conversation_id, each.turn_index, each.source) for each in found) == [
        ("a", 0, "asked"),
        ("a", 1, "volunteered"),
        ("b", 0, "volunteered"),
    ]


def test_who_is_asked_after_the_estimate_is_estimated_anew_once(teller: Teller) -> None:
    tell(teller, "a")
    estimate_all(teller)
    ask(teller, "a", asked=False)
    assert estimate_changed(teller.store) == 0
    ask(teller, "a")
    assert ESTIMATES.measure_lag(teller.store) > 0
    assert estimate_changed(teller.store) == 1
    ESTIMATES.forget()
    assert estimate_changed(teller.store) == 0
    assert ESTIMATES.measure_lag(teller.store) == 0


def test_a_question_or_word_before_a_hearing_is_written_does_not_hide_the_hearing(teller: Teller) -> None:
    began = time.time_ns() // 1000 - 10**6
    ask(teller, "a")
    assert estimate_changed(teller.store) == 1, "nothing is there to be estimated yet"
    teller.tell("a", ANGRY)
    write_hearings(teller.store, teller.project.pk, {"a": Hearing("test")}, [], began)
    ESTIMATES.forget()
    assert estimate_changed(teller.store) == 1
    assert load(teller, "a")
    say(teller, "a", DISSATISFIED)
    assert estimate_changed(teller.store) == 1
    write_hearings(teller.store, teller.project.pk, {"a": Hearing("test")}, [], began + 5)
    assert estimate_changed(teller.store) == 1


def test_estimates_of_before_each_source_was_told_apart_are_not_made_again(teller: Teller) -> None:
    tell(teller, "a")
    estimate_all(teller)
    version = load_told_versions(teller.store, teller.project.pk, ["a"])["a"][0]
    row = {"conversation_id": "a", "basis": "old", "told_version": version, "version": version + 10**9}
    teller.store.insert("estimates", {"project_id": [teller.project.pk], **{name: [row[name]] for name in row}})
    ESTIMATES.forget()
    assert estimate_changed(teller.store) == 0


def test_what_reviewers_say_are_verdicts_that_change_the_estimate_until_they_are_taken_back(teller: Teller) -> None:
    tell_many(teller, thumbs=12)
    tell(teller, "a")
    fit_project(teller.store, teller.project.pk)
    estimate_all(teller)
    before = load(teller, "a")["a"].probability.value
    say(teller, "a", DISSATISFIED, "bo")
    say(teller, "a", DISSATISFIED, "jo")
    assert [(each.is_dissatisfied, each.source) for each in load_one(teller, "a").verdicts] == [(True, "review")]
    assert estimate_changed(teller.store) == 1
    found = load(teller, "a")["a"]
    assert found.probability.value > before
    assert dict(found.reasons)[SAID] > 0
    say(teller, "a", "", "bo")
    say(teller, "a", "", "jo")
    assert load_one(teller, "a").verdicts == []
    assert estimate_changed(teller.store) == 1
    assert load(teller, "a")["a"].probability.value == pytest.approx(before)


def test_labels_count_as_verdicts_to_learn_from(teller: Teller) -> None:
    names = tell_many(teller, FEWEST_VERDICTS)
    for number, name in enumerate(names):
        say(teller, name, DISSATISFIED if number % 3 == 0 else SATISFIED)
    assert count_all(teller.store, teller.project.pk).verdicts == len(names)
    fit_project(teller.store, teller.project.pk)
    rates = load_rates(teller.project.pk)
    assert rates is not None
    assert rates["thumbs"] is None
    assert rates["corrected"]["low"] < 1 / 3 < rates["corrected"]["high"]


def test_a_project_with_questions_of_known_chance_has_the_rates_of_the_pure_core(teller: Teller) -> None:
    random = np.random.default_rng(3)
    facts, verdicts = [], []
    with teller.together():
        for number in range(120):
            name, is_angry = f"c{number}", bool(random.random() < 0.4)
            is_asked, volunteers = bool(random.random() < 0.3), bool(random.random() < (0.3 if is_angry else 0.1))
            source: Source = "volunteered" if volunteers else "asked"
            speaks = volunteers or (is_asked and bool(random.random() < 0.7))
            thumb = teller.thumb(name, 0, "down" if is_angry else "up")
            given = replace(thumb, metadata={} if volunteers else {"ask_id": f"ask-{name}-1"})
            shows = bool(random.random() < 0.3)
            told = (ANGRY if is_angry else GLAD) if shows else SILENT
            conversation = teller.tell(name, told, user_id=f"u{number % 40}", feedback=[given] if speaks else [])
            ask(teller, name, asked=is_asked, propensity=0.3, version_us=1)
            facts.append(read_purely(conversation, is_asked=is_asked, propensity=0.3))
            verdicts += [Told(name, is_angry, source, 0, len(told[0][1]))] if speaks else []
    hear(teller, *(each.conversation_id for each in facts))
    fit_project(teller.store, teller.project.pk)
    rates = load_rates(teller.project.pk)
    table = tabulate(facts, verdicts, load_defaults())
    expected = tell_rates(estimate_rates(fit_satisfaction(table), table))
    assert rates is not None
    assert rates["reason"] == expected["reason"]
    assert rates["thumbs"]["share"] == pytest.approx(expected["thumbs"]["share"])
    for name in ("corrected", "implicit", "leaning"):
        assert rates[name] == pytest.approx(expected[name], rel=1e-3), name
    unasked = tabulate(
        [replace(each, is_asked=False, propensity=0.0) for each in facts],
        [replace(each, source="volunteered") for each in verdicts],
        load_defaults(),
    )
    otherwise = estimate_rates(fit_satisfaction(unasked), unasked)
    assert otherwise.corrected is not None
    assert abs(otherwise.corrected.value - rates["corrected"]["value"]) > 0.02, "it matters who was asked"


def read_purely(conversation: Conversation, *, is_asked: bool, propensity: float) -> Facts:
    heard = detect_signals(Material(conversation))
    observed = [
        Observation(each.kind, each.polarity, each.score, each.fired, each.turn_index, each.label)
        for each in heard
        if each.polarity and (each.fired or each.score >= LEAST_SCORE)
    ]
    lengths = [len(turn.answer.text) for turn in conversation.turns]
    return Facts(
        conversation.conversation_id,
        conversation.user_id,
        tuple(observed),
        len(lengths),
        sum(lengths) / len(lengths),
        is_asked,
        propensity,
    )


def test_a_small_project_has_the_shipped_values(teller: Teller) -> None:
    tell(teller, "a")
    assert not fit_if_due(teller.store, teller.project.pk)
    assert find_fit(teller.project.pk) is load_shipped()
    assert load_rates(teller.project.pk) is None


def test_a_project_is_learnt_once_there_is_enough_and_its_conversations_follow(teller: Teller) -> None:
    names = tell_many(teller, thumbs=12)
    estimate_all(teller)
    assert ESTIMATING_AGAIN.run(teller.store) == 0
    assert fit_if_due(teller.store, teller.project.pk)
    basis = find_basis(teller.project.pk)
    assert basis != load_shipped().basis
    assert ESTIMATING_AGAIN.run(teller.store) == len(names)
    assert {each.basis for each in load(teller, *names).values()} == {basis}
    assert all(each.is_fitted for each in load(teller, *names).values())
    assert ESTIMATING_AGAIN.run(teller.store) == 0
    ESTIMATING_AGAIN.forget_done()
    assert ESTIMATING_AGAIN.run(teller.store) == 0


def test_a_thumb_speaks_for_what_it_says(teller: Teller) -> None:
    tell_many(teller, thumbs=12)
    fit_project(teller.store, teller.project.pk)
    tell(teller, "up", thumb="up")
    tell(teller, "down", thumb="down")
    estimate_all(teller)
    found = load(teller, "up", "down")
    assert dict(found["down"].reasons)[SAID] > 0 > dict(found["up"].reasons)[SAID]
    assert found["down"].probability.value > found["up"].probability.value


def test_a_project_is_learnt_anew_when_it_has_grown_and_some_time_has_gone(teller: Teller) -> None:
    tell_many(teller)
    fit_project(teller.store, teller.project.pk)
    fit = SatisfactionFit.objects.get(project=teller.project)
    assert (fit.conversations, fit.verdicts) == (FEWEST_CONVERSATIONS, 0)
    assert not fit_if_due(teller.store, teller.project.pk)
    SatisfactionFit.objects.update(fitted_at=fit.fitted_at - timedelta(minutes=5))
    forget_fits()
    assert not fit_if_due(teller.store, teller.project.pk), "nothing came"
    tell(teller, "thumbed", thumb="down")
    assert not fit_if_due(teller.store, teller.project.pk), "it was looked at just now"
    forget_fits()
    assert fit_if_due(teller.store, teller.project.pk)
    assert SatisfactionFit.objects.get(project=teller.project).verdicts == 1


def test_a_fit_of_another_model_is_not_used_and_made_anew(teller: Teller) -> None:
    tell_many(teller)
    fit_project(teller.store, teller.project.pk)
    SatisfactionFit.objects.update(basis="another-model")
    assert find_fit(teller.project.pk) is load_shipped()
    assert fit_if_due(teller.store, teller.project.pk)
    assert find_fit(teller.project.pk) is not load_shipped()


def test_a_project_that_cannot_be_learnt_keeps_what_was_learnt_before(
    teller: Teller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tell_many(teller)

    def fail(*_given: object) -> None:
        raise ValueError("singular")

    monkeypatch.setattr(satisfaction_fits, "fit_satisfaction", fail)
    monkeypatch.setattr(satisfaction_fits, "is_due", lambda _store, _project_id: True)
    assert not fit_if_due(teller.store, teller.project.pk)
    assert "cannot be fitted" in caplog.text
    assert not SatisfactionFit.objects.exists()
