"""Texts that mean nearly the same lie close; what is read, and in which company, changes nothing."""

import numpy as np

from feedback.embedding import WIDTH, load_encoder


def test_the_same_in_other_words_lies_closer_than_something_else() -> None:
    lost, stolen, recipe = load_encoder().embed(
        ["I lost my bank card", "my debit card was stolen", "how to bake bread"]
    )
    assert lost @ stolen > 0.5 > 0.2 > lost @ recipe


def test_each_text_has_a_row_of_length_one() -> None:
    vectors = load_encoder().embed(["", "a", "[SEP] [CLS]", "word " * 5_000, "密码错误", "a", "\ud800"])
    assert vectors.shape == (7, WIDTH)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors[1] == vectors[5]).all()
    assert load_encoder().embed([]).shape == (0, WIDTH)


def test_the_order_of_texts_changes_no_vector() -> None:
    texts = [f"question {number} about {'a very ' * (number % 7)}long thing" for number in range(70)]
    there, back = load_encoder().embed(texts), load_encoder().embed(texts[::-1])
    assert (there == back[::-1]).all()


def test_the_number_of_threads_changes_no_vector() -> None:
    texts = [f"question {number} about {'a very ' * (number % 7)}long thing" for number in range(70)]
    assert (load_encoder().embed(texts) == load_encoder(3).embed(texts)).all()


def test_the_end_of_a_long_text_is_read_too() -> None:
    filler = "and so on and on with many words " * 40
    first, second = load_encoder().embed([filler + "give me a refund", filler + "the printer is on fire"])
    assert first @ second < 0.95


def test_progress_is_told() -> None:
    told: list[int] = []
    load_encoder().embed(["a", "b", "a"], told.append)
    assert told == [2]
