"""Whatever people did and wrote: labels hold what was said outright, and pairs are of one prompt and by people."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.datasets.labels.examples import build_prompt, list_tools
from feedback.datasets.labels.going_on import Course
from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.labels.ratings import RATINGS
from feedback.datasets.labels.statements import list_statements
from feedback.datasets.messages import same_messages
from feedback.datasets.record import Drop, LabelledConversation, Record
from feedback.detectors.machines import ABOUT_USERS
from feedback.detectors.thumbs import read_thumb
from tests.examples import count_examples
from tests.feedback.datasets.dialogue import Dialogue
from tests.feedback.datasets.selecting import confirm, edit, go_on_from, react, tell
from tracing.conversations import Answer

SELECTIONS = st.sampled_from([PAIRS, PRAISED, RATINGS])
SAID = st.sampled_from(["", "one two three four?", "no, I said three four!", "seven?"])
GOOD = ("one two three four", "one two three five", "six seven eight", "two nine", "three seven", "five one two six")
TEXTS = st.sampled_from(["", "one two", "Sorry, eight", "<b>", *GOOD, *GOOD])
OUTCOMES = st.sampled_from([*["completed"] * 8, "stopped", "error"])
ATTEMPTS = st.fixed_dictionaries({"text": TEXTS, "outcome": OUTCOMES})
WISHES, CORRECTIONS = ["regeneration"] * 6, ["correction"] * 6
KINDS = st.sampled_from([*WISHES, *CORRECTIONS, "rephrase", "complaint", "praise", "sentiment", "edit"])
ACTS = st.sampled_from(["accept", "select", "copy", "share", "regenerate", "correction"])


@st.composite
def dialogues(draw: st.DrawFn) -> Dialogue:
    dialogue = Dialogue()
    for _ in range(draw(st.integers(1, 3))):
        drawn = draw(st.lists(ATTEMPTS, min_size=1, max_size=3))
        attempts = [{**each, "message_id": f"m-{len(dialogue.turns)}-{place}"} for place, each in enumerate(drawn)]
        if dialogue.turns and draw(st.booleans()):
            gone_on = draw(st.integers(0, len(dialogue.turns[-1].answers) - 1))
            go_on_from(dialogue, gone_on, draw(SAID), *attempts)  # type: ignore[arg-type]
        else:
            dialogue.ask(draw(SAID), *attempts)
    for _ in range(draw(st.integers(1, 8))):
        draw(st.sampled_from([judge, act, notice, notice, compare]))(draw, dialogue)
    return dialogue


def choose_answer(draw: st.DrawFn, dialogue: Dialogue) -> tuple[int, int]:
    turn = draw(st.integers(0, len(dialogue.turns) - 1))
    return turn, draw(st.integers(0, len(dialogue.turns[turn].answers) - 1))


def judge(draw: st.DrawFn, dialogue: Dialogue) -> None:
    turn, attempt = choose_answer(draw, dialogue)
    if draw(st.booleans()):
        dialogue.thumb(turn, draw(st.sampled_from(["up", "down"])), attempt)
    else:
        tell(dialogue, turn, "rating", attempt, score=draw(st.integers(1, 5)), metadata={"min": 1, "max": 5})


def act(draw: st.DrawFn, dialogue: Dialogue) -> None:
    turn, attempt = choose_answer(draw, dialogue)
    if draw(st.booleans()):
        edit(dialogue, turn, draw(TEXTS), attempt)
    else:
        tell(dialogue, turn, draw(ACTS), attempt, correction=draw(TEXTS))


def compare(draw: st.DrawFn, dialogue: Dialogue) -> None:
    sides = {name: {"message_id": f"m-{choose_answer(draw, dialogue)[0]}-{draw(st.integers(0, 2))}"} for name in "ab"}
    tell(dialogue, 0, "comparison", label=draw(st.sampled_from(["a", "b", "tie"])), metadata=sides)


def notice(draw: st.DrawFn, dialogue: Dialogue) -> None:
    turn, attempt = choose_answer(draw, dialogue)
    score, polarity = draw(st.floats(0, 1)), draw(st.sampled_from([-1, 1]))
    if len(dialogue.turns) > 1 and draw(st.booleans()):
        react(dialogue, draw(KINDS), score=score)
    else:
        dialogue.notice(turn, draw(KINDS), attempt, polarity, score=score)  # type: ignore[arg-type]
    if draw(st.integers(0, 4)) == 0:
        confirm(dialogue)


def list_records(selection: Any, labelled: LabelledConversation) -> list[Record]:
    return [each for each in selection.select(labelled) if not isinstance(each, Drop)]


def list_thumbs(labelled: LabelledConversation) -> dict[str, set[str]]:
    """What thumbs say of each answer, by its span."""
    found: dict[str, set[str]] = {}
    for each in list_statements(labelled):
        if each.feedback.name == "thumbs":
            found.setdefault(each.answer.span_id, set()).add(read_thumb(each.feedback))
    return found


def find_answers(labelled: LabelledConversation) -> dict[str, Answer]:
    return {answer.span_id: answer for turn in labelled.conversation.turns for answer in turn.answers}


@settings(max_examples=count_examples(60), deadline=None)
@given(dialogues(), SELECTIONS, st.randoms(use_true_random=False))
def test_the_order_of_what_was_told_changes_nothing(dialogue: Dialogue, selection: Any, draw: Any) -> None:
    before = list(selection.select(dialogue.finish()))
    draw.shuffle(dialogue.signals)
    draw.shuffle(dialogue.feedback)
    assert list(selection.select(dialogue.finish())) == before


@settings(max_examples=count_examples(60), deadline=None)
@given(dialogues())
def test_no_row_contradicts_a_thumb(dialogue: Dialogue) -> None:
    labelled = dialogue.finish()
    thumbs = list_thumbs(labelled)
    for record in list_records(RATINGS, labelled):
        assert thumbs.get(record.provenance.span_id, set()) <= {"up" if record.label else "down"}
    for record in list_records(PAIRS, labelled):
        told = record.provenance
        assert "up" not in thumbs.get(told.rejected_span_id, ())
        assert told.pair_rule == "edited" or "down" not in thumbs.get(told.span_id, ())
    for record in list_records(PRAISED, labelled):
        told = record.provenance
        assert told.label_source in ("action:edit", "correction") or "down" not in thumbs.get(told.span_id, ())


@settings(max_examples=count_examples(60), deadline=None)
@given(dialogues())
def test_both_answers_of_a_pair_had_the_same_prompt_and_tools(dialogue: Dialogue) -> None:
    labelled = dialogue.finish()
    answers = find_answers(labelled)
    for record in list_records(PAIRS, labelled):
        told = record.provenance
        chosen, rejected = answers[told.span_id], answers[told.rejected_span_id]
        turn = labelled.conversation.turns[told.turn_index]
        assert same_messages(record.prompt, build_prompt(Course(labelled), turn, rejected))
        assert record.tools == list_tools(labelled, chosen) == list_tools(labelled, rejected)
        if told.pair_rule != "corrected":
            assert same_messages(record.prompt, build_prompt(Course(labelled), turn, chosen))


@settings(max_examples=count_examples(60), deadline=None)
@given(dialogues())
def test_only_people_make_pairs(dialogue: Dialogue) -> None:
    labelled = dialogue.finish()
    wished = {each.span_id for each in labelled.signals if each.kind == "regeneration"}
    told_of = {each.answer.span_id for each in list_statements(labelled)}
    for record in list_records(PAIRS, labelled):
        told = record.provenance
        answers = [each.span_id for each in labelled.conversation.turns[told.turn_index].answers]
        if told.pair_rule == "regenerated":
            assert told.rejected_span_id in wished
        elif told.pair_rule == "went_back":
            assert answers[answers.index(told.rejected_span_id) - 1] in wished
        elif told.pair_rule == "corrected":
            assert any(each.kind == "correction" for each in labelled.signals)
        elif told.pair_rule == "compared":
            assert any(each.feedback.name == "comparison" for each in list_statements(labelled))
        else:
            assert {told.span_id, told.rejected_span_id} <= told_of


@settings(max_examples=count_examples(60), deadline=None)
@given(dialogues())
def test_what_machines_tell_and_do_makes_no_row(dialogue: Dialogue) -> None:
    of_machines = (each for each in dialogue.signals if each.kind not in ABOUT_USERS)
    dialogue.signals = [replace(each, polarity=0, fired=False, confirmation=None) for each in of_machines]
    dialogue.feedback = [replace(each, annotator_kind="LLM") for each in dialogue.feedback]
    for selection in (PAIRS, PRAISED, RATINGS):
        assert list_records(selection, dialogue.finish()) == []


@settings(max_examples=count_examples(60), deadline=None)
@given(dialogues())
def test_every_candidate_gives_one_result(dialogue: Dialogue) -> None:
    labelled = dialogue.finish()
    count = len(find_answers(labelled))
    assert len(list(RATINGS.select(labelled))) == len(list(PRAISED.select(labelled))) == count
    pairs = list_records(PAIRS, labelled)
    turns = len(labelled.conversation.turns)
    assert turns <= len(list(PAIRS.select(labelled))) <= count
    assert len({each.provenance.turn_index for each in pairs}) == len(pairs)


@settings(max_examples=count_examples(60), deadline=None)
@given(dialogues())
def test_margins_and_confidences_are_shares(dialogue: Dialogue) -> None:
    labelled = dialogue.finish()
    for record in list_records(PAIRS, labelled):
        assert record.margin is not None
        assert 0 <= record.margin <= 1
        assert record.completion[0].content.strip()
    for selection in (PAIRS, PRAISED, RATINGS):
        for record in list_records(selection, labelled):
            assert 0 <= record.provenance.confidence <= 1
            assert record.provenance.tier in ("gold", "silver")
