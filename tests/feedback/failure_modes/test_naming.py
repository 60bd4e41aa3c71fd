"""Names say what sets a group apart, in whatever writing."""

from feedback.failure_modes.naming import TITLE_CHARACTERS, name_groups


def test_a_name_holds_what_sets_the_group_apart_from_the_others() -> None:
    groups = [
        ["my invoice has the wrong VAT number", "VAT number on the invoice is not ours", "wrong VAT number"],
        ["my invoice came twice", "I got the same invoice twice", "billed twice on one invoice"],
    ]
    first, second = (name.title for name in name_groups(groups))
    assert first == "VAT number, wrong"
    assert "twice" in second
    assert "invoice" not in first + second


def test_a_topic_that_goes_well_as_often_does_not_name_a_failure() -> None:
    failing = ["invoice has no date", "no date on my invoice", "the date is missing on this invoice"]
    well = ["send me the invoice", "where is the invoice", "download invoice please"] * 3
    assert name_groups([failing], well)[0].title.split(", ")[0] == "date"


def test_function_words_do_not_make_a_name() -> None:
    groups = [["will it do it", "will it rain"], ["can you sing", "can you sing it"]]
    assert name_groups(groups)[1].title == "sing"
    assert name_groups(groups)[0].title == "will it do it"


def test_scripts_without_spaces_are_named_too() -> None:
    groups = [["我的密码错误", "密码忘记了"], ["退款什么时候到", "我要退款"]]
    assert ["密码" in name_groups(groups)[0].title, "退款" in name_groups(groups)[1].title] == [True, True]


def test_spelling_is_that_of_most_texts() -> None:
    groups = [["API key", "API limits", "api token"], ["a red door", "the red wall"]]
    assert name_groups(groups)[0].title == "API"


def test_a_title_is_short_whatever_users_write() -> None:
    long = "x" * 500
    [name] = name_groups([[long, long]])
    assert len(name.title) == TITLE_CHARACTERS
    assert name_groups([["🙂", "🙂"]])[0].title == "🙂"


def test_terms_tell_how_common_they_are_here_and_elsewhere() -> None:
    [name, _] = name_groups([["late"] * 9, ["early"] * 9])
    assert (name.terms[0].text, name.terms[0].within, name.terms[0].elsewhere) == ("late", 0.95, 0.05)


def test_keys_and_digests_are_no_words_of_a_name() -> None:
    texts = [f"export {'a1' * 30} fails {'b2' * 40}"] * 3
    assert name_groups([texts, ["good day", "good night"]])[0].title == "export fails"


def test_a_text_that_names_a_group_loses_what_nobody_sees() -> None:
    assert name_groups([["\u202eit\x00\u200b\n is <b>"] * 2])[0].title == "it is <b>"


def test_more_terms_are_told_than_stand_in_the_title() -> None:
    words = "alpha bravo charlie delta echo foxtrot"
    [name, _] = name_groups([[" ".join(reversed(words.split())), words] * 4, ["golf", "hotel"]])
    assert len(name.terms) > name.title.count(", ") + 1 == 3
