"""Better answers that reviewers wrote."""

import pytest

from feedback.datasets.labels.praised import PRAISED
from feedback.datasets.labels.ratings import RATINGS
from tests.feedback.datasets.dialogue import Dialogue, build, read_lines, read_rows
from tests.feedback.datasets.selecting import assert_no_pair, edit, find_pair, read_pairs, select

SHOWN, BETTER = "The meeting is on Monday at ten.", "It was moved: it is on Tuesday."
FILES = {
    "trl-dpo": ("chosen", "rejected"),
    "trl-reward": ("chosen", "rejected"),
    "openai-dpo": ("preferred_output", "non_preferred_output"),
}


def ask(*choices: str, question: str = "answer", better: str = BETTER, **fields: object) -> Dialogue:
    return Dialogue().ask("when?", SHOWN).review(0, question, *(choices or ("other",)), better=better, **fields)


def read_labels(dialogue: Dialogue) -> list[tuple[str, bool | None, str]]:
    rows = select(RATINGS, dialogue)[0]
    return [(each.completion[0].content, each.label, each.provenance.label_source) for each in rows]


def read_examples(dialogue: Dialogue) -> list[str]:
    return [each.completion[0].content for each in select(PRAISED, dialogue)[0]]


def test_the_written_answer_beats_the_one_that_was_shown() -> None:
    pair = find_pair(ask(reviewers=2))
    told = pair.provenance
    assert (pair.completion[0].content, pair.rejected[0].content) == (BETTER, SHOWN)
    assert (told.pair_rule, told.label_source, told.tier) == ("rewritten", "review:better_answer", "gold")
    assert (told.confidence, told.reviewers) == (1.0, 2)
    assert pair.margin is not None
    assert pair.margin > 0.5


def test_it_is_an_example_and_a_good_answer_beside_the_bad_one() -> None:
    source = "review:better_answer"
    assert read_examples(ask()) == [BETTER]
    assert read_labels(ask()) == [(SHOWN, False, source), (BETTER, True, source)]


def test_it_is_for_the_answer_before_a_judged_message() -> None:
    dialogue = Dialogue().ask("when?", SHOWN).ask("no, it was moved", "Right, it is on Tuesday.")
    dialogue.review(1, "reaction", "correction", better=BETTER, answer_turn=0)
    assert (BETTER, SHOWN) in read_pairs(dialogue)
    assert read_examples(dialogue) == [BETTER]


def test_it_wins_over_whatever_else_was_said_of_the_answer() -> None:
    dialogue = edit(ask().thumb(0, "up"), 0, SHOWN.replace("ten", "noon"))
    assert read_pairs(dialogue) == [(BETTER, SHOWN)]
    assert read_examples(dialogue) == [BETTER]
    assert [label for _, label, _ in read_labels(dialogue)] == [False, True]


@pytest.mark.parametrize(("question", "choice"), [("answer", "none"), ("outcome", "satisfied"), ("reaction", "praise")])
def test_who_finds_the_answer_right_has_nothing_against_it(question: str, choice: str) -> None:
    dialogue = ask(choice, question=question)
    assert read_pairs(dialogue) == [(BETTER, SHOWN)]
    assert (SHOWN, False) not in [(text, label) for text, label, _ in read_labels(dialogue)]
    assert (BETTER, True, "review:better_answer") in read_labels(dialogue)


def test_a_single_word_may_be_what_was_better() -> None:
    long = " ".join(f"word{number}" for number in range(200))
    better = long.replace("word7 ", "seven ")
    dialogue = Dialogue().ask("list them", long).review(0, "answer", "other", better=better)
    assert read_pairs(dialogue) == [(better, long)]
    assert read_examples(dialogue) == [better]


@pytest.mark.parametrize("written", ["", "  \n", SHOWN, f" {SHOWN}\n"])
def test_nothing_new_is_no_better_answer(written: str) -> None:
    dialogue = ask(better=written)
    assert_no_pair(dialogue)
    assert read_examples(dialogue) == []
    assert read_labels(dialogue) == [(SHOWN, False, "review:wrong")]


def test_one_that_only_goes_on_is_an_example_but_no_pair() -> None:
    dialogue = ask(better=f"{SHOWN} Bring tea.")
    assert_no_pair(dialogue, "prefix")
    assert read_examples(dialogue) == [f"{SHOWN} Bring tea."]


def test_the_last_one_holds() -> None:
    dialogue = ask().review(0, "outcome", "dissatisfied", better="It is on Friday.")
    assert read_pairs(dialogue) == [("It is on Friday.", SHOWN)]


def test_an_answer_that_failed_has_no_better_one() -> None:
    dialogue = Dialogue().ask("when?", {"text": "", "outcome": "error"}).review(0, "answer", "other", better=BETTER)
    assert_no_pair(dialogue, "failed")
    assert select(RATINGS, dialogue) == ([], {"failed": 2})
    assert read_examples(dialogue) == []


@pytest.mark.parametrize("name", FILES)
def test_every_format_of_pairs_has_it(name: str) -> None:
    (row,) = read_rows(build(name, ask()))
    chosen, rejected = FILES[name]
    assert (row[chosen][-1]["content"], row[rejected][-1]["content"]) == (BETTER, SHOWN)


@pytest.mark.parametrize("name", ["trl-sft", "openai-sft", "trl-prompt-completion"])
def test_every_format_of_examples_has_it(name: str) -> None:
    (row,) = read_rows(build(name, ask()))
    assert (row["messages"] if "messages" in row else row["completion"])[-1]["content"] == BETTER


@pytest.mark.parametrize("name", ["trl-kto", "label-studio", "csv"])
def test_every_format_of_single_answers_has_both(name: str) -> None:
    files = build(name, ask()).files
    text = b"".join(content for path, content in files.items() if path != "manifest.json").decode("utf-8-sig")
    assert SHOWN in text
    assert BETTER in text


def test_an_evaluation_case_holds_it_up() -> None:
    (row,) = read_rows(build("evals", ask()))
    assert (BETTER in row["vars"]["answer"], row["metadata"]["verdict"]) == (True, "good")


def test_every_part_of_a_folder_has_it() -> None:
    lines = read_lines(build("hf", ask()), "provenance.jsonl")
    assert sorted((line["part"], line["label_source"]) for line in lines) == [
        ("dpo", "review:better_answer"),
        ("kto", "review:better_answer"),
        ("kto", "review:better_answer"),
        ("sft", "review:better_answer"),
    ]
