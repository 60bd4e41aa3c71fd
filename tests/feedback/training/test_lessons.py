import numpy as np

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, Exchange
from feedback.training.chats import HEADS, Labelled
from feedback.training.lessons import (
    FEEDBACK_COLUMN,
    POOL_WEIGHT,
    draw_batches,
    is_held_out,
    list_lessons,
    weigh_draws,
)


def label(
    *kinds: str, complaint: str = "", tone: str = "neutral", conversation: str = "c", teaches: frozenset[str] = HEADS
) -> Labelled:
    complaints = frozenset({complaint} if complaint else ())
    exchange = Exchange("message", "request", "answer")
    return Labelled(exchange, frozenset(kinds), complaints, tone, "en", conversation, "file", 2, teaches)


def test_a_lesson_has_kinds_feedback_complaints_tone_and_what_it_teaches() -> None:
    [lesson] = list_lessons([label("complaint", complaint="format", tone="negative")]).tolist()
    kinds, rest = lesson[: len(KINDS)], lesson[len(KINDS) :]
    assert dict(zip(KINDS, kinds, strict=True)) == {kind: float(kind == "complaint") for kind in KINDS}
    assert rest == [1.0, *(float(kind == "format") for kind in COMPLAINT_KINDS), 0.0, 1.0, 1.0]


def test_a_review_teaches_its_tone_alone() -> None:
    [lesson] = list_lessons([label(tone="positive", teaches=frozenset({"tones"}))]).tolist()
    assert lesson[FEEDBACK_COLUMN] == 0
    assert lesson[-3:] == [2.0, 0.0, 1.0]


def test_rare_kinds_are_drawn_more_often_and_pools_less() -> None:
    lessons = list_lessons([*[label("praise")] * 16, label("stop"), label(), label()])
    shares = weigh_draws(lessons, np.array([False] * 18 + [True]))
    praise, stop, nothing, pool = shares[0], shares[16], shares[17], shares[18]
    assert np.isclose(shares.sum(), 1)
    assert np.isclose(stop / praise, 4)
    assert np.isclose(praise, nothing)
    assert np.isclose(pool / nothing, POOL_WEIGHT)


def test_batches_hold_exchanges_of_like_lengths_drawn_by_their_shares() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 200, 400)
    shares = np.where(np.arange(400) < 100, 1.0, 0.0) / 100
    batches = list(draw_batches(shares, lengths, 30, 8, seed=1))
    assert [len(batch) for batch in batches] == [8] * 30
    assert max(batch.max() for batch in batches) < 100
    spread = np.mean([np.ptp(lengths[batch]) for batch in batches])
    assert spread < np.ptp(lengths) / 4


def test_the_same_seed_draws_the_same() -> None:
    shares, lengths = np.full(50, 0.02), np.arange(50)
    first, again, other = (np.concatenate(list(draw_batches(shares, lengths, 6, 4, seed))) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_a_tenth_of_the_conversations_is_held_out_with_their_pairs() -> None:
    held = [is_held_out(label(conversation=f"own-{number}")) for number in range(1_000)]
    assert 70 < sum(held) < 130
    for number in range(50):
        first, second = (is_held_out(label(conversation=f"own-{number}-{side}")) for side in "ab")
        assert first == second
