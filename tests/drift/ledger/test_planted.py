"""On made-up traffic nothing is told that did not change, and of what changed hardly a word is missed."""

from benchmarks.ledger import TUNING, measure_changes, measure_false_news, measure_together

EVERY = range(TUNING)


def test_nothing_is_told_of_templates_that_do_not_change() -> None:
    assert measure_false_news(EVERY, 40, seed=201, shows=False).total() <= 1
    assert measure_together(EVERY, 25, seed=202, shows=False).total() <= 1


def test_changed_words_are_told_at_the_first_call() -> None:
    told, made = measure_changes(EVERY[::5], 120, seed=203, shows=False)
    assert made == 60
    assert told >= 58
