"""What users do after conversations: right where the truth is known, whoever meets what, and modest where little is."""

from dataclasses import replace

import pytest

from benchmarks.returns import KIND, START_NS, WORLDS, World, find_effect, run_world, simulate
from feedback.returns import DAY_NS, Visit, follow_waits, has_outcome, keep_complete, measure_effects, measure_waits

COSTLY, _, FREE, _, BY_CHANCE, UNSEEN = WORLDS


def visit(**fields: object) -> Visit:
    return replace(Visit("u", START_NS, START_NS), **fields)  # type: ignore[arg-type]


def test_the_truth_is_inside_though_the_active_meet_more_trouble() -> None:
    runs = run_world(replace(COSTLY, users=1200), 4)
    assert sum(each.is_held for each in runs) >= 3
    assert all(each.is_told for each in runs)
    errors = [abs(sum(getattr(each, name) - each.truth for each in runs)) for name in ("found", "plain")]
    assert errors[0] < 0.5 * errors[1]


@pytest.mark.slow
@pytest.mark.parametrize("world", [world for world in WORLDS if not world.unseen], ids=lambda world: world.title)
def test_in_200_runs_the_truth_is_inside_90_percent_intervals_in_85_to_95_percent(world: World) -> None:
    assert 0.85 <= sum(each.is_held for each in run_world(world, 200)) / 200 <= 0.95


@pytest.mark.slow
def test_what_nothing_tells_of_users_is_not_taken_out() -> None:
    assert sum(each.is_held for each in run_world(UNSEEN, 40)) <= 20


def test_the_cost_is_the_difference_times_the_users_who_meet_it_in_a_week() -> None:
    told, end_ns = simulate(COSTLY, 1)
    effect = find_effect(measure_effects([each.visit for each in told], "return", 7, end_ns))
    assert effect.cost.value == pytest.approx(-effect.difference.value * effect.users_a_week)
    assert effect.cost.low == pytest.approx(-effect.difference.high * effect.users_a_week)
    assert effect.rate - effect.alike == pytest.approx(effect.difference.value)
    assert 0 < effect.users_a_week < COSTLY.users


def test_who_does_not_come_back_more_often_drops_off_more_often() -> None:
    told, end_ns = simulate(replace(COSTLY, effect=-2.5, weeks=20), 2)
    effect = find_effect(measure_effects([each.visit for each in told], "drop_off", 2, end_ns))
    assert effect.difference.value > 0
    assert effect.cost.value > 0


def test_a_user_with_a_hundred_conversations_a_week_counts_as_one() -> None:
    told, end_ns = simulate(COSTLY, 1)
    visits = [each.visit for each in told]
    crowd = [visit(user_id="user 0", kinds=frozenset({KIND}), next_ns=None, recent=5) for _ in range(500)]
    alone, crowded = (find_effect(measure_effects(each, "return", 7, end_ns)) for each in (visits, visits + crowd))
    assert crowded.difference.value == pytest.approx(alone.difference.value, abs=0.02)
    assert crowded.users_a_week == pytest.approx(alone.users_a_week, abs=0.2)


def test_under_20_users_nothing_is_said() -> None:
    told, end_ns = simulate(replace(COSTLY, users=15), 1)
    assert measure_effects([each.visit for each in told], "return", 7, end_ns) == []
    assert measure_effects([]) == []


def test_conversations_whose_time_is_not_over_are_left_out_also_if_the_user_is_back() -> None:
    visits = [visit(next_ns=START_NS + DAY_NS)]
    assert keep_complete(visits, "return", 7, START_NS + 6 * DAY_NS) == []
    assert keep_complete(visits, "return", 7, START_NS + 7 * DAY_NS) == visits
    assert keep_complete(visits, "drop_off", 7, START_NS + 27 * DAY_NS) == []


@pytest.mark.parametrize(
    ("days_later", "returned", "dropped_off"),
    [(7, True, False), (8, False, False), (29, False, True), (None, False, True)],
)
def test_who_comes_back_late_has_neither_come_back_nor_dropped_off(
    days_later: int | None, returned: bool, dropped_off: bool
) -> None:
    one = visit(next_ns=START_NS + days_later * DAY_NS if days_later else None)
    assert (has_outcome(one, "return", 7), has_outcome(one, "drop_off", 7)) == (returned, dropped_off)


def test_the_goal_counts_from_the_beginning_of_the_conversation_on() -> None:
    assert has_outcome(visit(ended_ns=START_NS + DAY_NS, goal_ns=START_NS + 1), "goal", 7)
    assert not has_outcome(visit(goal_ns=START_NS + 8 * DAY_NS), "goal", 7)
    assert not has_outcome(visit(next_ns=START_NS + 1), "goal", 7)


def test_likely_dissatisfied_conversations_are_one_sort_where_they_were_estimated() -> None:
    told, end_ns = simulate(COSTLY, 1)
    visits = [replace(each.visit, dissatisfied=0.9 if each.visit.kinds else 0.1) for each in told]
    by_name = {each.exposure: each for each in measure_effects(visits, "return", 7, end_ns)}
    assert by_name.keys() == {KIND, "dissatisfied"}
    assert by_name["dissatisfied"].difference == by_name[KIND].difference


def test_the_curve_counts_those_whose_time_was_not_over_as_long_as_they_were_seen() -> None:
    end_ns = START_NS + 10 * DAY_NS
    back, late = visit(next_ns=START_NS + DAY_NS), visit(ended_ns=end_ns - DAY_NS // 2)
    curve = follow_waits(measure_waits([back, visit(), late], end_ns)[0], 7)
    assert curve == pytest.approx([0.0] + [0.5] * 7)  # the late one was gone before the first came back
    assert follow_waits(measure_waits([back, visit()], end_ns)[0], 2) == pytest.approx([0.0, 0.5, 0.5])
    assert follow_waits(measure_waits([], end_ns)[0], 2) == [0.0, 0.0, 0.0]
