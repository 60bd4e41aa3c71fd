"""A value that follows a settled one is news; what goes to and fro is told once."""

import json

from drift.ledger.watching import SETTLED, Verdict, Watch


def see(watch: Watch, values: str) -> list[Verdict]:
    return [watch.see(value) for value in values]


def test_another_value_is_news_at_once() -> None:
    assert see(Watch(), "aab") == ["first", "same", "new"]


def test_an_impatient_value_is_no_news_where_patience_is_asked() -> None:
    assert see(Watch(patience=3), "aab") == ["first", "same", "varying"]
    assert see(Watch(patience=3), "aaab")[-1] == "new"


def test_two_values_at_once_are_told_once() -> None:
    verdicts = see(Watch(), "a" * 50 + "baabbabaababab")
    assert [each for each in verdicts if each not in ("same", "known")] == ["first", "new", "both"]


def test_a_rollback_is_told_and_the_mended_version_after_it_is_news() -> None:
    watch = Watch()
    assert see(watch, "a" * 300 + "b" * 40)[300] == "new"
    assert see(watch, "a" * 5)[0] == "back"
    assert see(watch, "c")[0] == "new"


def test_an_experiment_that_ended_is_watched_again() -> None:
    watch = Watch()
    see(watch, "a" * 50 + "bababab")
    assert see(watch, "c") == ["varying"]
    see(watch, "b" * 2_000)
    assert see(watch, "d") == ["new"]


def test_what_is_new_with_every_call_is_told_twice_at_most() -> None:
    watch = Watch()
    verdicts = [watch.see(str(number)) for number in range(500)]
    assert verdicts.count("new") == 2
    assert len(watch.known) < 100


def test_a_variable_is_quiet() -> None:
    watch = Watch()
    watch.vary_from("a", "b")
    assert "new" not in [watch.see(str(number // 30)) for number in range(600)]


def test_calls_of_the_same_user_do_not_settle_a_value() -> None:
    watch = Watch(patience=SETTLED)
    for _ in range(100):
        watch.see("a", is_step=False)
    assert watch.see("b") == "varying"


def test_what_is_kept_goes_on_as_before() -> None:
    watch = Watch()
    see(watch, "aaabbaab")
    kept = Watch.from_json(json.loads(json.dumps(watch.to_json())))
    assert kept == watch
