import json
from pathlib import Path

import pytest

from feedback.reactions.reaction import COMPLAINT_KINDS, KINDS, TONES
from feedback.training.chats import (
    VALIDATION_NAMES,
    find_fold,
    list_files,
    load_chats,
    read_conversation,
    split_by_conversation,
)

CONVERSATION = {
    "conversation_id": "t-1",
    "language": "de",
    "turns": [
        {"role": "user", "content": "Wie alt ist Rom?", "labels": []},
        {"role": "assistant", "content": "Moment."},
        {"role": "assistant", "content": "200 Jahre."},
        {
            "role": "user",
            "content": "Unsinn!",
            "labels": ["complaint", "complaint_factual"],
            "sentiment": "negative",
        },
        {"role": "user", "content": "2.777 Jahre", "labels": ["correction"]},
    ],
}


def test_every_later_message_is_an_exchange_with_the_last_answer_to_the_request_before() -> None:
    first, second = read_conversation(CONVERSATION, "f")
    assert (first.exchange.message, first.exchange.request) == ("Unsinn!", "Wie alt ist Rom?")
    assert (first.exchange.answer, first.turn, first.language) == ("200 Jahre.", 3, "de")
    assert (first.kinds, first.complaint_kinds, first.tone) == ({"complaint"}, {"factual"}, "negative")
    assert (second.exchange.request, second.exchange.answer, second.tone) == ("Unsinn!", "", "neutral")


def test_the_reply_to_a_message_comes_with_it_where_there_is_one() -> None:
    turns = [*CONVERSATION["turns"], {"role": "assistant", "content": "Pardon!"}]
    first, second = read_conversation(CONVERSATION | {"turns": turns}, "f")
    assert (first.exchange.reply, second.exchange.reply) == ("", "Pardon!")


def test_all_files_hold_known_labels_and_validation_stays_apart() -> None:
    learnt, validation = load_chats(list_files(validation=False)), load_chats(list_files(validation=True))
    assert {each.file for each in validation} == set(VALIDATION_NAMES)
    assert {each.file for each in learnt}.isdisjoint(VALIDATION_NAMES)
    both = learnt + validation
    assert {kind for each in both for kind in each.kinds} == set(KINDS)
    assert {kind for each in both for kind in each.complaint_kinds} == set(COMPLAINT_KINDS)
    assert {each.tone for each in both} == set(TONES)
    assert {each.conversation for each in learnt}.isdisjoint(each.conversation for each in validation)


def test_minimal_pairs_and_the_turns_of_a_conversation_stay_in_one_fold() -> None:
    assert find_fold("own_en_01-004-a") == find_fold("own_en_01-004-b")
    assert find_fold("hard-001-p01a") == find_fold("hard-001-p01b")
    assert {find_fold(f"conversation-{number}") for number in range(50)} == set(range(5))
    learnt = load_chats(list_files(validation=False)[:3])
    folds = split_by_conversation(learnt)
    by_conversation = {(each.conversation, fold) for each, fold in zip(learnt, folds, strict=True)}
    assert len(by_conversation) == len({each.conversation for each in learnt})


def test_a_line_that_is_no_conversation_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(CONVERSATION) + "\n\n" + '{"turns": 3}\n')
    with pytest.raises(ValueError, match=r"own\.jsonl, line 3: expected a conversation"):
        load_chats([path])
