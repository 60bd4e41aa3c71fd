"""Which answers get a KTO label, and which do not."""

from dataclasses import replace

import pytest

from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.record import Drop, Reason, Record
from feedback.detectors.signal import Confirmation
from tests.feedback.datasets.dialogue import Dialogue, build, read_drops, read_rows
from tests.feedback.datasets.selecting import confirm, select, tell


def rate(dialogue: Dialogue) -> dict[str, bool]:
    """Return the label of each answer in the dataset."""
    return {row["completion"][0]["content"]: row["label"] for row in read_rows(build("trl-kto", dialogue))}


def test_thumbs_label_the_answer_they_are_about() -> None:
    dialogue = Dialogue().ask("one?", "good one").ask("two?", "bad one").thumb(0, "up").thumb(1, "down")
    assert rate(dialogue) == {"good one": True, "bad one": False}


@pytest.mark.parametrize("action", ["copy", "accept"])
def test_an_answer_that_was_used_is_desirable(action: str) -> None:
    assert rate(Dialogue().ask("one?", "useful").act(0, action)) == {"useful": True}


def test_other_actions_label_nothing() -> None:
    dataset = build("trl-kto", Dialogue().ask("one?", "answer").act(0, "delete").act(0, "rename"))
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"not_judged": 1}


def test_an_answer_that_was_shared_is_perhaps_desirable_and_a_shared_conversation_says_nothing() -> None:
    (record,), _ = select(RATINGS, Dialogue().ask("one?", "shared").act(0, "share"))
    assert (record.label, record.provenance.confidence, record.provenance.tier) == (True, 0.75, "silver")
    whole = tell(Dialogue().ask("one?", "shared"), 0, "share", trace_id="", span_id="", conversation_id="c1")
    assert select(RATINGS, whole) == ([], {"not_judged": 1})


@pytest.mark.parametrize(
    ("score", "metadata", "expected"),
    [
        (5, {"max": 5}, (True, "rating:high", "gold", 1.0)),
        (1, {"min": 1, "max": 5}, (False, "rating:low", "gold", 1.0)),
        (3, {"min": 1, "max": 5}, None),
        (5, {}, (True, "rating:high", "silver", 0.8)),
        (2, {}, (False, "rating:low", "silver", 0.8)),
        (1, {}, None),
        (7, {"max": 5}, None),
    ],
)
def test_ratings_label_by_their_scale_and_surely_where_it_was_told(
    score: float, metadata: dict[str, int], expected: tuple[bool, str, str, float] | None
) -> None:
    records, _ = select(RATINGS, tell(Dialogue().ask("one?", "answer"), 0, "rating", score=score, metadata=metadata))
    told = [(each.label, each.provenance) for each in records]
    found = [(label, each.label_source, each.tier, each.confidence) for label, each in told]
    assert found == ([expected] if expected else [])


def test_a_thumb_and_a_rating_that_contradict_each_other_drop_the_answer() -> None:
    dialogue = tell(Dialogue().ask("one?", "answer").thumb(0, "up"), 0, "rating", score=1, metadata={"max": 5})
    assert select(RATINGS, dialogue) == ([], {"contradictory_thumbs": 1})


@pytest.mark.parametrize(("verdict", "label"), [("satisfied", True), ("dissatisfied", False)])
def test_reviewers_label_the_answer_of_a_conversation_of_one_turn(verdict: str, label: bool) -> None:
    single = replace(Dialogue().ask("one?", "answer").finish(), verdicts=[verdict])
    (record,) = RATINGS.select(single)
    assert isinstance(record, Record)
    told = record.provenance
    assert (record.label, told.label_source, told.tier) == (label, f"review:{verdict}", "gold")
    longer = replace(Dialogue().ask("one?", "first").ask("two?", "second").finish(), verdicts=[verdict])
    assert all(isinstance(each, Drop) for each in RATINGS.select(longer))


def test_reviewers_who_disagree_decide_nothing() -> None:
    labelled = replace(Dialogue().ask("one?", "answer").finish(), verdicts=["satisfied", "dissatisfied"])
    assert list(RATINGS.select(labelled)) == [Drop(Reason.CONTRADICTORY_THUMBS)]


def test_a_signal_that_a_person_confirmed_labels_surely_and_one_that_was_rejected_not_at_all() -> None:
    weak = Dialogue().ask("one?", "answer").notice(0, "complaint", fired=False, score=0.2, confidence=0.3)
    assert select(RATINGS, weak) == ([], {"not_judged": 1})
    (record,), _ = select(RATINGS, confirm(weak))
    told = record.provenance
    assert (record.label, told.tier, told.confidence, told.detector) == (False, "gold", 1.0, "complaint")
    rejected = Dialogue().ask("one?", "answer").notice(0, "complaint")
    rejected.signals[0] = replace(rejected.signals[0], confirmation=Confirmation("rejected", "ann", 1))
    assert select(RATINGS, rejected) == ([], {"not_judged": 1})


def test_a_signal_that_is_likelier_not_there_says_nothing() -> None:
    dialogue = Dialogue().ask("one?", "answer").act(0, "copy").notice(0, "complaint", score=0.4)
    assert [each.label for each in select(RATINGS, dialogue)[0]] == [True]


@pytest.mark.parametrize("kind", ["judgement", "low_confidence", "apology", "unsupported", "truncation"])
def test_what_programs_and_models_hold_of_an_answer_is_no_label(kind: str) -> None:
    assert select(RATINGS, Dialogue().ask("one?", "answer").notice(0, kind)) == ([], {"not_judged": 1})


def test_answers_that_nobody_judged_are_counted_by_their_stratum() -> None:
    drops = RATINGS.select(Dialogue().ask("one?", {"text": "answer", "model": "m"}).finish())
    assert list(drops) == [Drop(Reason.NOT_JUDGED, "first/short/m")]


@pytest.mark.parametrize("kind", ["rephrase", "correction", "complaint", "early_termination"])
def test_a_fired_negative_signal_makes_the_answer_undesirable(kind: str) -> None:
    assert rate(Dialogue().ask("one?", "poor").notice(0, kind)) == {"poor": False}


def test_regeneration_is_about_the_replaced_answer_only() -> None:
    dialogue = Dialogue().ask("one?", "replaced", "kept").notice(0, "regeneration", attempt=0)
    assert rate(dialogue) == {"replaced": False}


def test_a_signal_that_did_not_fire_labels_nothing() -> None:
    assert rate(Dialogue().ask("one?", "answer").notice(0, "rephrase", fired=False)) == {}


def test_a_signal_without_span_is_about_the_answer_that_its_turn_shows() -> None:
    dialogue = Dialogue().ask("one?", "first", "shown").notice(0, "complaint")
    dialogue.signals = [replace(signal, span_id="", trace_id="") for signal in dialogue.signals]
    assert rate(dialogue) == {"shown": False}


@pytest.mark.parametrize("kind", ["slow", "error", "tool_failure", "sentiment", "sentiment_shift"])
def test_what_says_nothing_about_the_words_labels_nothing(kind: str) -> None:
    assert rate(Dialogue().ask("one?", "fine words").notice(0, kind)) == {}


def test_only_a_needless_refusal_is_undesirable() -> None:
    right = Dialogue("c1").ask("harm?", "I cannot").notice(0, "refusal")
    needless = Dialogue("c2").ask("cake?", "I can't bake").notice(0, "refusal", label="needless")
    assert rate(right) == {}
    assert rate(needless) == {"I can't bake": False}


def test_a_signal_that_its_detector_is_not_sure_of_is_no_verdict() -> None:
    assert rate(Dialogue().ask("one?", "answer").notice(0, "complaint", confidence=0.2)) == {}
    assert rate(Dialogue().ask("one?", "answer").notice(0, "complaint", confidence=0.7)) == {"answer": False}


def test_a_thumb_beats_what_behaviour_suggests() -> None:
    dialogue = Dialogue().ask("one?", "liked").thumb(0, "up").notice(0, "rephrase").notice(0, "complaint")
    assert rate(dialogue) == {"liked": True}
    dialogue = Dialogue().ask("one?", "disliked").thumb(0, "down").act(0, "copy")
    assert rate(dialogue) == {"disliked": False}


def test_contradicting_thumbs_drop_the_answer() -> None:
    dataset = build("trl-kto", Dialogue().ask("one?", "answer").thumb(0, "up").thumb(0, "down"))
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"contradictory_thumbs": 1}


def test_contradicting_behaviour_drops_the_answer() -> None:
    dataset = build("trl-kto", Dialogue().ask("one?", "answer").act(0, "copy").notice(0, "complaint"))
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"mixed_signals": 1}


def test_several_statements_give_one_row_with_the_strongest_as_source() -> None:
    dialogue = Dialogue().ask("one?", "poor")
    for kind, score in {"rephrase": 0.7, "complaint": 0.9, "correction": 0.8, "abandonment": 0.6}.items():
        dialogue.notice(0, kind, score=score)
    assert read_sources(dialogue) == {"signal:complaint": 1}
    assert read_sources(dialogue.thumb(0, "down")) == {"thumbs:down": 1}


def read_sources(dialogue: Dialogue) -> dict[str, int]:
    sources: dict[str, int] = build("trl-kto", dialogue).manifest["counts"]["label_sources"]
    return sources


def test_failed_and_empty_answers_are_dropped_with_their_reason() -> None:
    dialogue = Dialogue().ask("one?", {"text": "half", "outcome": "error"}).ask("two?", " \n")
    dataset = build("trl-kto", dialogue.thumb(0, "down").thumb(1, "down"))
    assert read_rows(dataset) == []
    assert read_drops(dataset) == {"failed": 1, "empty": 1}


def test_an_incomplete_answer_may_be_bad_but_not_good() -> None:
    cut = {"text": "once upon a", "outcome": "truncated"}
    assert rate(Dialogue().ask("tell", cut).thumb(0, "down")) == {"once upon a": False}
    dataset = build("trl-kto", Dialogue().ask("tell", cut).thumb(0, "up"))
    assert read_drops(dataset) == {"incomplete": 1}


def test_a_model_that_judges_is_no_user() -> None:
    dialogue = Dialogue().ask("one?", "answer").act(0, "thumbs", "up", kind="LLM")
    assert rate(dialogue) == {}


def test_a_replaced_thumb_counts_once_and_as_it_was_last() -> None:
    dialogue = Dialogue().ask("one?", "answer").thumb(0, "down").thumb(0, "up")
    earlier, later = dialogue.feedback
    dialogue.feedback = [replace(later, identifier=earlier.identifier, time_ns=later.time_ns + 1), earlier]
    assert rate(dialogue) == {"answer": True}
