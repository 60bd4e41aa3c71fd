"""Which answers make pairs, and that each message gives one at most."""

from collections import Counter
from dataclasses import replace

from feedback.datasets.labels.pairs import PAIRS
from feedback.datasets.record import Drop
from tests.feedback.datasets.dialogue import Dialogue, build, read_rows
from tests.feedback.datasets.selecting import edit, find_pair, read_pairs, select, tell

ANSWER = "The meeting is on Monday at ten in the large room."
BETTER = "The meeting is on Monday at noon in the large room."


def test_pairs_are_rows_of_prompt_chosen_and_rejected() -> None:
    dataset = build("trl-dpo", Dialogue().ask("one?", "dull", "bright").notice(0, "regeneration", attempt=0))
    assert read_rows(dataset) == [
        {
            "prompt": [{"role": "user", "content": "one?"}],
            "chosen": [{"role": "assistant", "content": "bright"}],
            "rejected": [{"role": "assistant", "content": "dull"}],
        }
    ]


def test_an_answer_beside_which_nothing_stands_is_counted_with_its_stratum() -> None:
    dialogue = Dialogue().ask("one?", {"text": "first", "model": "m"}).ask("two?", "second")
    drops = [each for each in PAIRS.select(dialogue.finish()) if isinstance(each, Drop)]
    assert [(drop.reason.code, drop.stratum) for drop in drops] == [
        ("no_other_answer", "first/short/m"),
        ("no_other_answer", "early/short/"),
    ]


def test_the_surest_rule_gives_the_pair_of_a_message() -> None:
    dialogue = Dialogue().ask("when?", "dull", ANSWER).notice(0, "regeneration", attempt=0)
    assert read_pairs(dialogue) == [(ANSWER, "dull")]
    edit(dialogue, 0, BETTER)
    records, reasons = select(PAIRS, dialogue)
    assert [record.provenance.pair_rule for record in records] == ["edited"]
    assert reasons == {"surer_pair": 1}


def test_a_rating_of_both_is_surer_than_behaviour() -> None:
    dialogue = Dialogue().ask("one?", "dull", "bright").notice(0, "regeneration", attempt=0)
    dialogue.thumb(0, "down", attempt=0).thumb(0, "up")
    pair = find_pair(dialogue)
    assert (pair.provenance.pair_rule, pair.provenance.tier, pair.margin) == ("rated", "gold", 1.0)


def test_the_same_prompt_gives_one_pair_in_a_conversation() -> None:
    dialogue = Dialogue().ask("when?", ANSWER, system_instructions="s").ask("when?", ANSWER, system_instructions="s")
    first = dialogue.turns[0].answer
    dialogue.change_generation(1, 0, input_messages=dialogue.generations[first.span_id].input_messages)
    dialogue.turns[1] = replace(dialogue.turns[1], follows=-1)
    edit(edit(dialogue, 0, BETTER), 1, BETTER)
    records, reasons = select(PAIRS, dialogue)
    assert (len(records), reasons) == (1, {"surer_pair": 1})


def test_provenance_and_record_tell_where_a_pair_comes_from() -> None:
    attempts = {"text": "dull", "model": "old"}, {"text": "bright", "model": "new"}
    dialogue = Dialogue().ask("one?", *attempts).notice(0, "regeneration", attempt=0, score=0.9, confidence=1.0)
    record = find_pair(dialogue.act(0, "copy"))
    told = record.provenance
    assert (told.span_id, told.rejected_span_id) == ("c1-s0-1", "c1-s0-0")
    assert (told.label_source, told.detector, told.version) == ("signal:regeneration", "regeneration", "3")
    assert (told.score, told.confidence, told.tier) == (0.9, 0.81, "silver")
    assert (record.model, record.margin, record.stratum) == ("new", 0.62, "first/short/old")


def test_what_is_missing_is_said() -> None:
    assert "edit" in PAIRS.list_needs([])[0]
    assert PAIRS.list_needs([find_pair(edit(Dialogue().ask("when?", ANSWER), 0, BETTER))]) == []


def test_every_answer_that_lost_gives_one_result() -> None:
    dialogue = Dialogue().ask("when?", "a", "b", "c", ANSWER)
    for attempt in range(2):
        dialogue.notice(0, "regeneration", attempt=attempt)
    edit(tell(dialogue, 0, "accept"), 0, BETTER)
    records, reasons = select(PAIRS, dialogue)
    assert len(records) + Counter(reasons).total() == 4
