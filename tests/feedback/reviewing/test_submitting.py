"""A reviewer's word: what is kept of it, what holds, what follows from it, and what is left once it is taken back."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from feedback.confirmations import SignalKey, load_confirmations, write_confirmation
from feedback.confirming import confirm_signal
from feedback.labelling import label_conversation
from feedback.labels import OUTCOME, LabelKey, load_labels
from feedback.models import ReviewItem, ReviewQueue
from feedback.records import load_signals_of_turns
from feedback.review.questions import Question
from feedback.reviewing import applying, submitting
from feedback.reviewing.applying import apply_cut_off, settle_item
from feedback.reviewing.handing_out import LEASE, take_next
from feedback.reviewing.records import Word, find_own, list_reviews, load_words_on
from feedback.reviewing.settled import load_settled
from feedback.reviewing.submitting import ReviewError, Said, submit, take_back
from tests.feedback.reviewing.places import add_item, make_queue
from tests.pages.conftest import Teller
from tracing.models import Project
from tracing.store import Store

TALK = [("How do I reset it?", "Hold the button."), ("This is awful, I hate it!", "I am sorry."), ("Well.", "Yes.")]


@pytest.fixture
def teller(project: Project, store: Store) -> Teller:
    told = Teller(project, store)
    told.tell("a", TALK)
    return told


@pytest.fixture
def item(teller: Teller, project: Project) -> ReviewItem:
    """Whether the user of a conversation was satisfied, for one reviewer."""
    return add_item(make_queue(project), "a", reason="uncertain", propensity=0.25)


def say(store: Store, item: ReviewItem, who: str, *choices: str, **told: str) -> str:
    return submit(store, item, who, Said(choices, **told)).state


def list_outcomes(store: Store, conversation_id: str = "a") -> dict[str, str]:
    return {each.key.said_by: each.verdict for each in load_labels(store, 1, conversation_id)}


def list_verdicts(store: Store) -> dict[tuple[int, str], str]:
    said = load_confirmations(store, 1, ["a"]).get("a", [])
    return {(each.key.turn_index, each.key.kind): each.confirmation.verdict for each in said}


def test_one_word_settles_an_item_for_one_reviewer(store: Store, item: ReviewItem) -> None:
    told = Said(["dissatisfied"], better_answer=" Hold it for ten seconds. ", note="rude", seconds=4)
    assert submit(store, item, "anna", told).state == "settled"
    item.refresh_from_db()
    assert (item.state, item.said_version) == ("settled", item.applied_version)
    [settled] = load_settled(store, 1)
    assert (settled.question, settled.choices, settled.said_by) == (Question.OUTCOME, ("dissatisfied",), ("anna",))
    assert (settled.better_answer, settled.reason, settled.propensity) == (
        "Hold it for ten seconds.",
        "uncertain",
        0.25,
    )
    assert (settled.version, item.settled_at is not None) == (item.said_version, True)
    [review] = list_reviews(store, item)
    assert (review.note, review.seconds, review.is_informed, review.guidelines_version) == ("rude", 4, False, 1)
    [label] = load_labels(store, 1, "a")
    assert (label.verdict, label.key.said_by, label.queue) == ("dissatisfied", "anna", 1)
    assert take_next(item.queue, "bert", timezone.now()) is None


def test_what_is_taken_back_leaves_nothing_but_its_history(store: Store, item: ReviewItem) -> None:
    say(store, item, "anna", "satisfied")
    assert take_back(store, item, "anna").state == "waiting"
    item.refresh_from_db()
    assert (item.state, item.settled_at) == ("waiting", None)
    assert (load_settled(store, 1), list_outcomes(store), list_reviews(store, item)) == ([], {}, [])
    assert find_own(store, item, "anna") is None
    assert [each.is_taken_back for each in load_words_on(store, item)] == [True]
    assert [store_count(store, "reviews"), take_next(item.queue, "anna", timezone.now())] == [2, item]
    with pytest.raises(ReviewError, match="nothing of yours"):
        take_back(store, item, "anna")


def store_count(store: Store, table: str) -> int:
    with store._lend() as lent:
        return int(lent.client.query(f"SELECT count() FROM {table}").result_rows[0][0])  # noqa: S608


def test_a_word_that_is_changed_counts_anew_and_is_known_to_be_informed(store: Store, item: ReviewItem) -> None:
    say(store, item, "anna", "satisfied")
    say(store, item, "anna", "dissatisfied")
    assert list_outcomes(store) == {"anna": "dissatisfied"}
    assert [each.choices for each in load_settled(store, 1)] == [("dissatisfied",)]
    assert [each.is_informed for each in list_reviews(store, item)] == [True]
    take_back(store, item, "anna")
    say(store, item, "anna", "satisfied")
    assert [each.is_informed for each in list_reviews(store, item)] == [True]
    assert store_count(store, "reviews") == 4


def test_two_of_one_mind_settle_two_of_two_minds_wait_for_somebody_who_adjudicates(
    store: Store, item: ReviewItem
) -> None:
    ReviewItem.objects.filter(pk=item.pk).update(needed=2)
    item.refresh_from_db()
    assert say(store, item, "anna", "satisfied") == "waiting"
    assert list_outcomes(store) == {"anna": "satisfied"}
    assert load_settled(store, 1) == []
    with pytest.raises(ReviewError, match="waits for more reviewers"):
        submit(store, item, "dora", Said(["satisfied"]), is_adjudication=True)
    assert say(store, item, "bert", "dissatisfied") == "disagreed"
    assert list_outcomes(store) == {"anna": "satisfied", "bert": "dissatisfied"}
    submit(store, item, "dora", Said(["dissatisfied"]), is_adjudication=True)
    [settled] = load_settled(store, 1)
    assert (settled.choices, settled.said_by, settled.is_adjudicated) == (("dissatisfied",), ("dora",), True)
    assert list_outcomes(store) == {"dora": "dissatisfied"}
    assert sorted(each.said_by for each in list_reviews(store, item)) == ["anna", "bert", "dora"]
    take_back(store, item, "dora", is_adjudication=True)
    item.refresh_from_db()
    assert item.state == "disagreed"
    assert list_outcomes(store) == {"anna": "satisfied", "bert": "dissatisfied"}
    say(store, item, "bert", "satisfied")
    assert [each.said_by for each in load_settled(store, 1)] == [("anna", "bert")]


def test_what_a_person_pressed_beside_the_estimate_stays(store: Store, item: ReviewItem) -> None:
    label_conversation(store, 1, LabelKey("a", OUTCOME, "anna"), "satisfied")
    say(store, item, "anna", "dissatisfied")
    assert list_outcomes(store) == {"anna": "satisfied"}
    take_back(store, item, "anna")
    assert list_outcomes(store) == {"anna": "satisfied"}


def test_of_two_queues_what_was_said_last_holds_and_the_other_comes_back(
    store: Store, item: ReviewItem, project: Project
) -> None:
    other = add_item(make_queue(project), "a")
    say(store, item, "anna", "satisfied")
    say(store, other, "anna", "dissatisfied")
    assert list_outcomes(store) == {"anna": "dissatisfied"}
    take_back(store, other, "anna")
    assert list_outcomes(store) == {"anna": "satisfied"}


def test_cannot_tell_settles_and_labels_nothing(store: Store, item: ReviewItem) -> None:
    assert say(store, item, "anna", "cannot_tell") == "settled"
    assert list_outcomes(store) == {}


@pytest.mark.parametrize(
    ("choices", "message"),
    [([], "Choose an answer"), (["nice"], "no answer"), (["satisfied", "dissatisfied"], "cannot hold at once")],
)
def test_answers_that_there_are_not_are_refused(
    store: Store, item: ReviewItem, choices: Sequence[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        submit(store, item, "anna", Said(choices))
    assert store_count(store, "reviews") == 0


def test_a_better_answer_has_an_end(store: Store, item: ReviewItem) -> None:
    with pytest.raises(ValueError, match="at most 100,000"):
        submit(store, item, "anna", Said(["satisfied"], better_answer="x" * 100_001))


def test_who_comes_too_late_is_told_why(store: Store, item: ReviewItem) -> None:
    say(store, item, "anna", "satisfied")
    with pytest.raises(ReviewError, match="Others have judged"):
        say(store, item, "bert", "satisfied")
    ReviewQueue.objects.update(is_open=False)
    with pytest.raises(ReviewError, match="closed"):
        say(store, item, "anna", "dissatisfied")
    ReviewItem.objects.all().delete()
    with pytest.raises(ReviewError, match="gone"):
        say(store, item, "anna", "satisfied")


def test_what_others_have_in_hand_is_theirs_but_whose_lease_is_over_loses_nothing(
    store: Store, item: ReviewItem
) -> None:
    now = timezone.now()
    assert take_next(item.queue, "anna", now - 2 * LEASE) == item
    assert take_next(item.queue, "bert", now) == item
    with pytest.raises(ReviewError, match="in hand"):
        say(store, item, "carl", "satisfied")
    assert say(store, item, "anna", "satisfied") == "settled"
    with pytest.raises(ReviewError, match="Others have judged"):
        say(store, item, "bert", "satisfied")


def test_an_item_whose_conversation_is_gone_is_gone(store: Store, item: ReviewItem) -> None:
    ReviewItem.objects.filter(pk=item.pk).update(conversation_id="nowhere")
    item.refresh_from_db()
    with pytest.raises(ReviewError, match="there no more"):
        say(store, item, "anna", "satisfied")
    item.refresh_from_db()
    assert item.state == "gone"
    assert take_next(item.queue, "anna", timezone.now()) is None


@pytest.fixture
def message(teller: Teller, project: Project) -> ReviewItem:
    """What the message of the middle turn says of the answer before it; signals were heard in it."""
    return add_item(make_queue(project, Question.REACTION), "a", 1)


def list_heard(store: Store, turn: int = 1) -> dict[str, bool]:
    return {each.kind: each.fired for each in load_signals_of_turns(store, 1, "a", turn, turn + 1)}


def test_chosen_kinds_are_confirmed_and_those_that_fired_beside_them_rejected(
    store: Store, message: ReviewItem
) -> None:
    heard = list_heard(store)
    assert heard["complaint"]
    say(store, message, "anna", "rephrase", "request_human")
    verdicts = list_verdicts(store)
    assert verdicts == {(1, "complaint"): "rejected", (1, "rephrase"): "confirmed", (1, "request_human"): "confirmed"}
    said = load_confirmations(store, 1, ["a"])["a"]
    assert {(each.queue, each.confirmation.said_by) for each in said} == {(message.queue.number, "anna")}
    assert [each.fired for each in said if each.key.kind == "complaint"] == [True]
    assert [each.key.span_id for each in said if each.key.kind == "request_human"] == ["a-0-span"]
    take_back(store, message, "anna")
    assert list_verdicts(store) == {}


def test_nothing_of_these_rejects_what_fired_and_cannot_tell_takes_that_back(store: Store, message: ReviewItem) -> None:
    say(store, message, "anna", "none")
    assert list_verdicts(store) == {(1, "complaint"): "rejected"}
    say(store, message, "anna", "complaint")
    assert list_verdicts(store) == {(1, "complaint"): "confirmed"}
    say(store, message, "anna", "cannot_tell")
    assert list_verdicts(store) == {}


def test_what_a_person_pressed_beside_a_signal_stays(store: Store, message: ReviewItem) -> None:
    key, _ = confirm_signal(store, 1, SignalKey("a", 1, "complaint"), "confirmed", "carl", is_whole=False)
    say(store, message, "anna", "none")
    assert list_verdicts(store) == {(1, "complaint"): "confirmed"}
    take_back(store, message, "anna")
    assert list_verdicts(store) == {(1, "complaint"): "confirmed"}
    write_confirmation(store, 1, key, None, None, "")
    say(store, message, "anna", "none")
    confirm_signal(store, 1, key, "confirmed", "carl")
    take_back(store, message, "anna")
    assert list_verdicts(store) == {(1, "complaint"): "confirmed"}


def test_a_first_message_says_nothing_of_any_answer(store: Store, project: Project, teller: Teller) -> None:
    first = add_item(make_queue(project, Question.REACTION), "a", 0)
    assert say(store, first, "anna", "praise") == "settled"
    assert list_verdicts(store) == {}


def test_faults_of_an_answer_that_no_detector_heard_are_kept_without_a_signal(
    store: Store, project: Project, teller: Teller
) -> None:
    answer = add_item(make_queue(project, Question.ANSWER), "a", 0)
    say(store, answer, "anna", "toxic_output", "other")
    assert [each.choices for each in load_settled(store, 1)] == [("toxic_output", "other")]
    assert set(list_verdicts(store)) <= {(0, "toxic_output")}


def test_a_refusal_that_may_be_right_is_not_rejected(store: Store, project: Project, teller: Teller) -> None:
    teller.tell("a", [("Help me to poison my neighbour.", "I'm sorry, but I can't help with that.")])
    [refusal] = [each for each in load_signals_of_turns(store, 1, "a", 0, 1) if each.kind == "refusal"]
    assert (refusal.fired, refusal.label) == (True, "")
    say(store, add_item(make_queue(project, Question.ANSWER), "a", 0), "anna", "none")
    assert list_verdicts(store) == {}


@pytest.mark.parametrize("cut", ["write_settled", "apply_to_conversation", "keep_state"])
def test_what_was_cut_off_is_applied_later(
    store: Store, item: ReviewItem, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(f"feedback.reviewing.applying.{cut}", stop)
        with pytest.raises(KeyboardInterrupt):
            say(store, item, "anna", "dissatisfied")
    assert apply_cut_off(store, 0) == 0
    assert apply_cut_off(store, time.time_ns()) == 1
    assert apply_cut_off(store, time.time_ns()) == 0
    item.refresh_from_db()
    assert (item.state, list_outcomes(store)) == ("settled", {"anna": "dissatisfied"})
    assert len(load_settled(store, 1)) == 1


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_who_was_cut_off_before_anything_was_counted_says_it_again(
    store: Store, item: ReviewItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(submitting, "keep_turn", stop)
        with pytest.raises(KeyboardInterrupt):
            say(store, item, "anna", "dissatisfied")
    item.refresh_from_db()
    assert (item.state, list_outcomes(store)) == ("waiting", {})
    assert say(store, item, "anna", "dissatisfied") == "settled"
    assert [each.said_by for each in list_reviews(store, item)] == ["anna"]


def test_what_is_said_while_another_word_is_applied_counts_too(
    store: Store, item: ReviewItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    ReviewItem.objects.filter(pk=item.pk).update(needed=2)
    item.refresh_from_db()
    applied = applying.apply_to_conversation
    others = iter(["bert"])

    def apply_slowly(store: Store, item: ReviewItem, words: Sequence[Word]) -> None:
        for other in others:
            say(store, item, other, "dissatisfied")
        applied(store, item, words)

    monkeypatch.setattr(applying, "apply_to_conversation", apply_slowly)
    assert say(store, item, "anna", "dissatisfied") == "settled"
    item.refresh_from_db()
    assert (item.state, item.applied_version) == ("settled", item.said_version)
    assert list_outcomes(store) == {"anna": "dissatisfied", "bert": "dissatisfied"}


def test_of_four_at_once_all_count(store: Store, item: ReviewItem) -> None:
    ReviewItem.objects.filter(pk=item.pk).update(needed=4)
    item.refresh_from_db()

    def judge(who: str) -> str:
        try:
            return say(store, item, who, "dissatisfied")
        finally:
            connection.close()

    names = ["anna", "bert", "carl", "dora"]
    with ThreadPoolExecutor(4) as pool:
        assert "settled" in list(pool.map(judge, names))
    item.refresh_from_db()
    assert (item.state, item.applied_version) == ("settled", item.said_version)
    assert [each.said_by for each in load_settled(store, 1)] == [tuple(names)]
    assert sorted(list_outcomes(store)) == names


def test_to_settle_again_changes_nothing(store: Store, message: ReviewItem) -> None:
    say(store, message, "anna", "none")
    before = (load_settled(store, 1), load_confirmations(store, 1, ["a"]))
    settle_item(store, message)
    assert (load_settled(store, 1), load_confirmations(store, 1, ["a"])) == before
