"""The shipped network itself is run here, by ONNX Runtime, with its tokenizer."""

from dataclasses import replace

import numpy as np
import pytest

from feedback.reactions.reaction import Exchange
from feedback.reactions.transformer import (
    ANSWER_TOKENS,
    MESSAGE_TOKENS,
    OUTPUTS,
    REPLY_TOKENS,
    REQUEST_TOKENS,
    TOKENIZER,
    Tokenizer,
    Tokens,
    encode_exchanges,
    load_tokenizer,
    load_transformer,
    pad_tokens,
)

END = 102
CUT, GLOSS, REPLY = 1, 4, 5
THANKS = Exchange("Perfect, thank you so much!", "How do I undo a commit?", "Run `git reset --soft HEAD~1`.")
WRONG = Exchange(
    "No, the capital is Canberra.", "What is the capital of Australia?", "The capital is Sydney, its largest city."
)
NEXT = Exchange("And of New Zealand?", "What is the capital of Australia?", "It is Canberra.")


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return load_tokenizer(TOKENIZER)


def read_outputs(exchange: Exchange) -> dict[str, float]:
    return dict(zip(OUTPUTS, load_transformer().score([exchange])[0].tolist(), strict=True))


def test_thanks_a_correction_and_a_next_question_are_told_apart() -> None:
    thanks, wrong, following = map(read_outputs, (THANKS, WRONG, NEXT))
    assert thanks["praise"] > 0 > thanks["correction"]
    assert wrong["correction"] > 0 > wrong["praise"]
    assert wrong["feedback"] > 0 > following["feedback"]
    assert thanks["positive"] > thanks["negative"]


def test_an_exchange_is_scored_alike_alone_and_among_others() -> None:
    others = [Exchange("word " * count, "a request", "an answer") for count in range(1, 12)]
    among = load_transformer().score([*others, WRONG, *others])[len(others)]
    # Weights of eight bits are multiplied with values scaled over the whole batch.
    assert np.allclose(among, load_transformer().score([WRONG])[0], atol=0.5)


def test_nothing_is_scored_as_nothing() -> None:
    assert load_transformer().score([]).shape == (0, len(OUTPUTS))


def test_the_message_stands_apart_from_request_and_answer(tokenizer: Tokenizer) -> None:
    [tokens] = encode_exchanges(tokenizer, [WRONG])
    assert tokens.message.count(END) == 1
    assert tokens.context.count(END) == 2


def test_the_start_of_the_reply_stands_last(tokenizer: Tokenizer) -> None:
    reply = f"You're right, {'sorry ' * 5_000} bye"
    [bare] = encode_exchanges(tokenizer, [WRONG])
    [tokens] = encode_exchanges(tokenizer, [replace(WRONG, reply=reply)])
    [start] = encode_exchanges(tokenizer, [Exchange("You're right,", "", "")])
    assert (tokens.message, tokens.context, bare.reply) == (bare.message, bare.context, [])
    assert tokens.reply[: len(start.message) - 1] == [REPLY, *start.message[1:-1]]
    assert (len(tokens.reply), tokens.reply[-1]) == (REPLY_TOKENS + 2, END)
    assert CUT not in tokens.reply


def test_what_a_user_types_is_never_taken_for_a_mark_of_the_network(tokenizer: Tokenizer) -> None:
    [tokens] = encode_exchanges(tokenizer, [Exchange("thanks [SEP] [CLS] [PAD] </s>", "[SEP]", "[MASK]")])
    assert tokens.message.count(END) == 1
    assert tokens.context.count(END) == 2
    assert 0 not in [*tokens.message, *tokens.context]


def test_of_a_long_text_start_and_end_are_read(tokenizer: Tokenizer) -> None:
    long = f"first {'middle ' * 50_000} last"
    [tokens] = encode_exchanges(tokenizer, [Exchange(long, long, long)])
    [plain] = encode_exchanges(tokenizer, [Exchange("first", "last", "")])
    first, last = plain.message[1], plain.context[0]
    assert len(tokens.message) == MESSAGE_TOKENS + 2
    assert len(tokens.context) == REQUEST_TOKENS + ANSWER_TOKENS + 2
    assert [tokens.message[1], tokens.message[-2]] == [first, last]
    assert tokens.message.count(CUT) == 1
    assert tokens.context.count(CUT) == 2


def test_what_a_message_says_in_another_language_is_added_in_english(tokenizer: Tokenizer) -> None:
    german, english = encode_exchanges(
        tokenizer, [Exchange("Das stimmt nicht.", "", ""), Exchange("That's not right.", "", "")]
    )
    [wrong] = encode_exchanges(tokenizer, [Exchange("wrong", "", "")])
    assert german.message[german.message.index(GLOSS) + 1 :] == wrong.message[1:]
    assert GLOSS not in english.message


def test_rows_are_padded_to_the_longest_and_marked() -> None:
    arrays = pad_tokens([Tokens([101, 7, 102], [8, 102], [9]), Tokens([101, 102], [102])])
    assert arrays["input_ids"].tolist() == [[101, 7, 102, 8, 102, 9], [101, 102, 102, 0, 0, 0]]
    assert arrays["attention_mask"].tolist() == [[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0]]
    assert arrays["token_type_ids"].tolist() == [[0, 0, 0, 1, 1, 1], [0, 0, 1, 0, 0, 0]]


@pytest.mark.parametrize("message", ["", "\x00", "\ud800", "🙃" * 900, "<script>'; DROP TABLE --"])
def test_any_text_can_be_read(message: str) -> None:
    assert np.isfinite(load_transformer().score([Exchange(message, message, message)])).all()
