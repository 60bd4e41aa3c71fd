import pytest

from feedback.reactions.concepts import MAX_CHARACTERS, Concepts, fold_text, gloss, list_tokens, load_concepts


def find(text: str, *, english: bool = False) -> list[tuple[str, str]]:
    concepts: Concepts = load_concepts()
    folded = fold_text(text)
    phrases = concepts.english if english else concepts.words
    return [(each.concept, text[each.start : each.end]) for each in concepts.find(folded, list_tokens(folded), phrases)]


@pytest.mark.parametrize(
    ("text", "concept", "phrase"),
    [
        ("Das stimmt nicht.", "wrong", "stimmt nicht"),
        ("nein, ICH MEINTE das andere", "I meant", "ICH MEINTE"),
        ("ça marche pas du tout", "does not work", "ça marche pas"),
        ("这个答案不对", "wrong", "不对"),
        ("這個答案不對", "wrong", "不對"),
        ("もう一度お願いします", "again", "もう一度"),
        ("спасибо, работает", "worked", "работает"),
        ("gracias!", "thanks", "gracias"),
        ("it doesn’t work", "does not work", "doesn’t work"),
    ],
)
def test_phrases_of_many_languages_stand_for_one_concept(text: str, concept: str, phrase: str) -> None:
    assert (concept, phrase) in find(text)


def test_the_longest_phrase_is_taken_and_nothing_inside_it() -> None:
    assert find("not what I asked", english=True) == [("not what I asked", "not what I asked")]


def test_words_inside_words_are_no_phrases() -> None:
    assert not find("the nonsensical novel", english=True)


def test_offsets_hold_where_lower_case_is_longer() -> None:
    assert ("thanks", "thanks") in find("İİİ thanks", english=True)


def test_english_needs_no_gloss_and_other_languages_get_one() -> None:
    assert gloss("That is not what I asked for, please try again") == ""
    assert gloss("Danke, aber das stimmt nicht.") == "thanks . but . wrong"
    assert gloss("") == ""


def test_of_a_long_message_only_the_beginning_is_read() -> None:
    assert gloss("字" * MAX_CHARACTERS + "不对") == ""
