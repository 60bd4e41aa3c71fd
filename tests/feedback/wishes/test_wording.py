import pytest

from feedback.wishes.keeping import find_breach
from feedback.wishes.wording import WordWish, find_standing_word_wishes, find_word_wishes


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ('Do not mention "price" or "discount".', [("avoid", ("price", "discount"))]),
        ("don't use the word moist", [("avoid", ("moist",))]),
        ("Never mention Acme Corp in your answer.", [("avoid", ("Acme Corp",))]),
        ('include the words "sunset" and "beach"', [("include", ("sunset", "beach"))]),
        ("without emojis please", [("no_emoji", ())]),
        ("write it in all lowercase", [("lower_case", ())]),
        ("in capital letters please", [("upper_case", ())]),
        ('Start with "Dear Anna"', [("start", ("Dear Anna",))]),
        ('end with "Cheers, Tom"', [("end", ("Cheers, Tom",))]),
        ("no hashtags, no emojis", [("no_emoji", ()), ("no_hashtag", ())]),
        ('Schreib es ohne das Wort "günstig"', [("avoid", ("günstig",))]),
        ('sans utiliser le mot "pas cher"', [("avoid", ("pas cher",))]),
        ('escribe sin usar la palabra "muy"', [("avoid", ("muy",))]),
    ],
)
def test_a_wish_for_words_is_read(text: str, wishes: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(wish.demand, wish.words) for wish in find_word_wishes(text)] == wishes


@pytest.mark.parametrize(
    "text",
    [
        "how do I convert a string to lowercase",
        'why does it not mention "error"?',
        'my log says "failed", do not use rm',
        'rows that start with "A"',
        'You started with "Sure!"',
        "mention that we ship on sundays",
        'os que começam com "2023" somem',
        "there's a word in capitals in my message",
    ],
)
def test_words_of_something_else_are_no_wish(text: str) -> None:
    assert find_word_wishes(text) == []


@pytest.mark.parametrize(
    ("wish", "broken", "kept"),
    [
        (WordWish("avoid", ("cheap",), 0, 0), "A cheap lamp.", "A cheaper lamp."),
        (WordWish("avoid", ("cheap",), 0, 0), "Cheap!", 'I wrote it without "cheap".'),
        (WordWish("include", ("it's on",), 0, 0), "On it.", "Say that it’s on."),
        (WordWish("start", ("Dear Anna",), 0, 0), "Hi Anna", 'Sure, here it is:\n\n"Dear Anna, …"'),
        (WordWish("end", ("Cheers, Tom",), 0, 0), "Bye, Tom", "All is well.\n\nCheers, Tom."),
        (WordWish("lower_case", (), 0, 0), "Please take out the bins, Anna.", "please take out the bins, anna."),
        (WordWish("upper_case", (), 0, 0), "Beware of the dog", "BEWARE OF THE DOG"),
        (WordWish("no_emoji", (), 0, 0), "Hi ☕", "Hi :-)"),
        (WordWish("no_hashtag", (), 0, 0), "Tea #love", "See issue #12 &#39;"),
        (WordWish("no_exclamation", (), 0, 0), "Wow!", "Wow."),
    ],
)
def test_a_wish_is_broken_or_kept(wish: WordWish, broken: str, kept: str) -> None:
    breach = find_breach(broken, wish)
    assert breach is not None
    assert breach.reason
    assert find_breach(kept, wish) is None


def test_a_breach_marks_the_words() -> None:
    breach = find_breach("A cheap lamp.", WordWish("avoid", ("cheap",), 0, 0))
    assert breach is not None
    assert breach.offsets == ((2, 7),)


def test_instructions_are_read_whole() -> None:
    [wish] = find_standing_word_wishes("You help. " * 300 + "Never use emojis. " + "Be kind. " * 300)
    assert wish.demand == "no_emoji"
