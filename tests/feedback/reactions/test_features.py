import pytest

from feedback.reactions.features import MEASURES, measure, read_features
from feedback.reactions.overlap import find_repeated, list_stems, measure_likeness, read_request
from feedback.reactions.reaction import Exchange
from feedback.reactions.valence import measure_valence

REQUEST, ANSWER = "how many people live in Lyon?", "About 2.1 million people live in Paris."


def marks(message: str, request: str = REQUEST, answer: str = ANSWER) -> set[str]:
    return set(read_features(Exchange(message, request, answer)).marks)


def measured(message: str, request: str = REQUEST, answer: str = ANSWER) -> dict[str, float]:
    features = read_features(Exchange(message, request, answer))
    return dict(zip(MEASURES, features.measures, strict=True))


def test_numbers_are_told_by_where_they_stood_before() -> None:
    assert {"new number", "its number"} <= marks("not 2, it is 520")
    assert "own number" in marks("I said 3", request="give me 3 rivers")
    assert not {"new number", "its number", "own number"} & marks("no, Lyon")


def test_few_words_are_told_by_whether_the_answer_holds_them() -> None:
    assert "few words of the answer question" in marks("Paris?")
    assert "few new words question" in marks("Marseille?")
    assert "denies a word of the answer statement" in marks("Lyon, not Paris")
    assert "same words question" in marks(REQUEST)
    assert "quotes the answer statement" in marks('you wrote "people live in Paris" again')


def test_what_answers_a_question_is_told_from_what_reacts_to_a_statement() -> None:
    assert "^no asked" in marks("no", answer="Shall I go on?")
    assert "^no told" in marks("no")


def test_pasted_code_says_nothing_of_the_person() -> None:
    features = read_features(Exchange("```\nthis is wrong, stupid\n```", REQUEST, ANSWER))
    assert not features.runs
    assert not any(mark.startswith("@") for mark in features.marks)


def test_concepts_of_other_languages_are_the_same_marks() -> None:
    assert "@wrong" in marks("stimmt nicht", request="wie viele leben in Lyon?")
    assert "@wrong" in marks("这个不对")
    assert "@great" in marks("👍")


def test_a_request_in_other_words_overlaps_and_a_new_one_does_not() -> None:
    again, new = measured("I am asking how many people live in LYON"), measured("book me a table for two")
    assert again["repeated"] > 0.5 > new["repeated"]
    assert again["emphasised"] == 1
    assert again["restated"] == 1
    assert new["likeness"] < 0.2 < again["likeness"]


def test_measures_are_listed_in_the_order_in_which_they_are_taken() -> None:
    assert tuple(measure(Exchange("a", "b", "c"), ["a"])) == MEASURES


def test_likeness_is_one_of_the_same_and_zero_of_nothing() -> None:
    same, nothing = read_request("the red fox"), read_request("")
    assert measure_likeness(same, same) == pytest.approx(1)
    assert measure_likeness(same, nothing) == 0


def test_words_that_are_not_set_apart_are_compared_by_pairs_of_letters() -> None:
    assert set(list_stems("退款政策")) & set(list_stems("你们的退款规定")) == {"退款"}


def test_repeated_words_are_found_by_their_offsets() -> None:
    message = "no: people in LYON"
    spans = find_repeated(read_request(REQUEST), message)
    assert [message[start:end] for start, end in spans] == ["people", "LYON"]


def test_a_negation_turns_the_valence_of_a_word() -> None:
    good, ill = measure_valence(["good"]), measure_valence(["not", "good"])
    assert good[0] > 0 == good[1]
    assert ill[1] > 0 == ill[0]
