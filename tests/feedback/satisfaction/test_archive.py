"""What was learnt of a project is kept as JSON, and is the same when it is read again."""

import json

import numpy as np
import pytest

from feedback.satisfaction import (
    Facts,
    Observation,
    Satisfaction,
    Table,
    Verdict,
    estimate_conversations,
    estimate_rates,
    fit_satisfaction,
    load_defaults,
    tabulate,
)
from feedback.satisfaction.archive import read_satisfaction, tell_satisfaction


def build_table(verdicts: int) -> Table:
    complaint = Observation("complaint", -1, 0.9, True, 1)
    facts = [
        Facts(f"c{number}", f"u{number % 7}", (complaint,) if number % 3 == 0 else (), 1 + number % 4, 50.0 * number)
        for number in range(60)
    ]
    told = [Verdict(f"c{number}", number % 3 == 0, answer_characters=10.0 * number) for number in range(verdicts)]
    return tabulate(facts, told, load_defaults())


def keep(satisfaction: Satisfaction) -> Satisfaction:
    return read_satisfaction(json.loads(json.dumps(tell_satisfaction(satisfaction))), load_defaults())


@pytest.mark.parametrize("verdicts", [0, 30])
def test_what_was_kept_estimates_the_same_to_the_last_digit(verdicts: int) -> None:
    table = build_table(verdicts)
    fitted = fit_satisfaction(table)
    kept = keep(fitted)
    assert kept.is_explicit == fitted.is_explicit == bool(verdicts)
    before, after = estimate_conversations(fitted, table), estimate_conversations(kept, table)
    for name in ("probabilities", "lows", "highs", "votes", "said"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
    assert estimate_rates(kept, table) == estimate_rates(fitted, table)


def test_conversations_without_any_verdict_are_estimated_by_a_model_that_learnt_from_some() -> None:
    kept = keep(fit_satisfaction(build_table(30)))
    table = tabulate([Facts("later", observations=(Observation("complaint", -1, 0.9, True, 0),))], [], load_defaults())
    found = estimate_conversations(kept, table)
    assert 0 < found.lows[0] < found.probabilities[0] < found.highs[0] < 1


def test_what_was_learnt_with_other_defaults_is_refused() -> None:
    told = tell_satisfaction(fit_satisfaction(build_table(0)))
    with pytest.raises(ValueError, match="fit the project anew"):
        read_satisfaction(told | {"defaults": "another"}, load_defaults())
