"""What holds of an item, from what its reviewers said."""

from hypothesis import given
from hypothesis import strategies as st

from feedback.review.settling import Review, settle


def say(who: str, *choices: str, better: str = "", time_ns: int = 0, is_adjudication: bool = False) -> Review:
    return Review(who, choices, better, time_ns=time_ns, is_adjudication=is_adjudication)


def test_one_reviewer_is_enough_where_one_is_needed() -> None:
    found = settle([say("ann", "satisfied", better="so")], 1)
    assert (found.state, found.choices, found.better_answer, found.said_by) == (
        "settled",
        ("satisfied",),
        "so",
        ("ann",),
    )


def test_it_waits_for_as_many_as_it_needs() -> None:
    assert settle([], 1).state == "waiting"
    assert settle([say("ann", "satisfied")], 2).state == "waiting"


def test_two_who_differ_settle_nothing() -> None:
    assert settle([say("ann", "satisfied"), say("ben", "dissatisfied")], 2).state == "disagreed"
    assert settle([say("ann", "complaint", "rephrase"), say("ben", "complaint")], 2).state == "disagreed"


def test_a_majority_of_three_settles_it() -> None:
    said = [say("ann", "satisfied"), say("ben", "dissatisfied"), say("cem", "dissatisfied")]
    found = settle(said, 3)
    assert (found.state, found.choices, found.said_by) == ("settled", ("dissatisfied",), ("ben", "cem"))


def test_three_who_all_differ_settle_nothing() -> None:
    assert settle([say("a", "satisfied"), say("b", "dissatisfied"), say("c", "cannot_tell")], 3).state == "disagreed"


def test_of_several_answers_those_of_the_majority_hold() -> None:
    said = [say("a", "complaint", "rephrase"), say("b", "complaint"), say("c", "complaint", "correction")]
    assert settle(said, 3).choices == ("complaint",)


def test_who_adjudicates_decides_and_the_others_better_answer_stays() -> None:
    said = [
        say("ann", "satisfied"),
        say("ben", "dissatisfied", better="so", time_ns=1),
        say("cem", "dissatisfied", time_ns=2, is_adjudication=True),
    ]
    found = settle(said, 2)
    assert (found.state, found.choices, found.said_by) == ("settled", ("dissatisfied",), ("cem",))
    assert found.is_adjudicated
    assert found.better_answer == "so"


def test_the_better_answer_of_who_is_overruled_does_not_stay() -> None:
    said = [
        say("ann", "none", time_ns=1),
        say("ben", "other", better="so", time_ns=2),
        say("cy", "none", time_ns=3, is_adjudication=True),
    ]
    assert settle(said, 2).better_answer == ""


def test_the_last_better_answer_of_those_who_agree_is_kept() -> None:
    said = [
        say("a", "dissatisfied", better="old", time_ns=1),
        say("b", "dissatisfied", better="new", time_ns=2),
        say("c", "satisfied", better="other", time_ns=3),
    ]
    assert settle(said, 3).better_answer == "new"


@given(
    st.lists(st.sampled_from([("satisfied",), ("dissatisfied",), ("complaint", "praise")]), max_size=6), st.randoms()
)
def test_the_order_of_reviews_changes_nothing(said: list[tuple[str, ...]], chance: object) -> None:
    reviews = [Review(f"r{place}", choices, str(place), time_ns=place) for place, choices in enumerate(said)]
    shuffled = list(reviews)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert settle(reviews, 2) == settle(shuffled, 2)
