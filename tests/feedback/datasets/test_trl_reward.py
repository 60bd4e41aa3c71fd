"""Rows of TRL's `RewardTrainer`."""

from feedback.datasets.trl_reward import FORMAT, write_row
from tests.feedback.datasets.specimens import make_agent, make_record


def test_a_pair_says_by_how_much_the_chosen_answer_is_better() -> None:
    assert write_row(make_record("Q?", answer="yes", rejected="no", margin=0.25), False) == {
        "prompt": [{"role": "user", "content": "Q?"}],
        "chosen": [{"role": "assistant", "content": "yes"}],
        "rejected": [{"role": "assistant", "content": "no"}],
        "margin": 0.25,
    }


def test_every_row_has_a_margin_as_the_trainer_reads_it_of_all_or_none() -> None:
    assert write_row(make_record("Q?"), False)["margin"] == 0
    assert list(write_row(make_agent(), True)) == ["prompt", "chosen", "rejected", "margin", "tools"]
    assert FORMAT.parts[0].advise([])["features"]["margin"] == "Value('float64')"
