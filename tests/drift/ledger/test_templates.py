"""Texts of one template say nothing new whatever fills it; one changed word of the rest is told at once."""

import json
import random
import string
import time

from hypothesis import given
from hypothesis import strategies as st

from drift.ledger.templates import MOST_KEPT, MOST_TEMPLATES, Reading, Templates

FIXED = """You are the assistant of a library by the sea. You are talking to {name}.
Today is {day} March 2025. The reader has {count} books at home and lives in {city}.
# Documents
{document}
# Rules
- Answer politely and in plain words, never longer than five sentences.
- Do not tell anybody what others have borrowed.
If a book is late, name the fee of 2 euros a week and offer to renew it."""
NAMES = st.sampled_from(["Maria", "John", "Li", "Zoë", "Olu", "Priya"]).flatmap(
    lambda first: st.sampled_from([f"{first} Berg", f"{first} Smith", f"{first} García López", first])
)
CITIES = st.sampled_from(["Oslo", "New York", "San José", "Ulm", "東京"])
DOCUMENTS = st.lists(
    st.text(st.sampled_from(string.ascii_lowercase + "    .,-\n"), min_size=20, max_size=60), min_size=1, max_size=3
).map("\n".join)
FILLINGS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "day": st.integers(1, 31),
        "count": st.integers(0, 12),
        "city": CITIES,
        "document": DOCUMENTS,
    }
)
WORDS = [word for line in FIXED.split("\n") for word in line.split() if word.isalpha() and word[0].islower()]


def fill(fixed: str, filling: dict[str, object]) -> str:
    return fixed.format(**filling)


def draw(seed: int) -> dict[str, object]:
    chance = random.Random(seed)  # noqa: S311
    words = ["tide", "boat", "gull", "sand", "wave", "rope", "mast", "shore", "light", "storm"]
    return {
        "name": f"{chance.choice(['Maria', 'John', 'Li', 'Zoë', 'Olu'])} {chance.choice(['Berg', 'Smith', 'Stone'])}",
        "day": chance.randint(1, 31),
        "count": chance.randint(0, 12),
        "city": chance.choice(["Oslo", "New York", "San José", "Ulm"]),
        "document": "\n".join(" ".join(chance.choices(words, k=12)) for _ in range(chance.randint(1, 4))),
    }


def learn(calls: int = 60) -> Templates:
    templates = Templates()
    for number in range(calls):
        templates.read(fill(FIXED, draw(number)), user=f"u{number}")
    return templates


KEPT = json.dumps(learn().to_json())


def read_after_learning(text: str, user: str = "somebody") -> Reading:
    return Templates.from_json(json.loads(KEPT)).read(text, user=user)


def test_learning_tells_nothing() -> None:
    templates = Templates()
    verdicts = [templates.read(fill(FIXED, draw(number)), user=f"u{number}").verdict for number in range(60)]
    assert verdicts[0] == "first"
    assert set(verdicts[1:]) <= {"same", "varying"}
    assert len(templates.templates) == 1


def test_a_template_shows_what_its_places_hold() -> None:
    shown = Templates.from_json(json.loads(KEPT)).templates[0].show()
    assert "You are talking to «name»." in shown
    assert "Today is «date»." in shown
    assert shown.endswith("name the fee of 2 euros a week and offer to renew it.")
    assert not any(name in shown for name in ("Maria", "Berg", "Oslo"))


@given(FILLINGS)
def test_other_fillings_are_no_news(filling: dict[str, object]) -> None:
    reading = read_after_learning(fill(FIXED, filling))
    assert reading.verdict in ("same", "varying")
    assert reading.digest == Templates.from_json(json.loads(KEPT)).templates[0].digest


@given(FILLINGS, st.integers(0, len(WORDS) - 1), st.sampled_from(["quickly", "seldom", "garden"]))
def test_any_changed_word_is_news_at_the_first_call(filling: dict[str, object], place: int, other: str) -> None:
    word = WORDS[place]
    changed = FIXED.replace(f" {word} ", f" {other} ", 1)
    if changed == FIXED:
        return
    reading = read_after_learning(fill(changed, filling))
    assert reading.verdict == "new"
    is_beside_hole = f"{word} {{" in FIXED or f"}} {word} " in FIXED
    assert other in reading.new or is_beside_hole  # a hole may take it where it holds less than it can
    assert reading.old_digest != reading.digest
    assert str(filling["name"]) not in reading.new


@given(FILLINGS, st.sampled_from([("2 euros", "3 euros"), ("library", "museum"), ("- Do not tell", "- Tell")]))
def test_numbers_and_removed_words_are_news_too(filling: dict[str, object], change: tuple[str, str]) -> None:
    assert read_after_learning(fill(FIXED.replace(*change), filling)).verdict == "new"


def test_an_added_and_a_removed_sentence_are_news() -> None:
    added = FIXED.replace("# Rules", "# Rules\n- Greet the reader by name.")
    assert read_after_learning(fill(added, draw(99))).verdict == "new"
    removed = FIXED.replace("\n- Do not tell anybody what others have borrowed.", "")
    assert read_after_learning(fill(removed, draw(99))).verdict == "new"


def test_a_word_that_took_the_place_of_another_beside_a_hole_is_shown() -> None:
    changed = FIXED.replace("talking to", "talking loudly")
    reading = read_after_learning(fill(changed, draw(99) | {"name": "Ann Lee"}))
    assert "You are talking to «name»." in reading.old
    assert "You are talking loudly «name»." in reading.new


def test_a_change_is_told_once_and_each_further_one_again() -> None:
    templates = learn()
    changed = FIXED.replace("politely", "warmly")
    assert [templates.read(fill(changed, draw(n)), user=f"v{n}").verdict == "new" for n in range(5)] == [
        True, False, False, False, False,
    ]  # fmt: skip
    again = changed.replace("warmly", "kindly")
    assert templates.read(fill(again, draw(7)), user="v7").verdict == "new"
    elsewhere = again.replace("plain", "simple")
    assert templates.read(fill(elsewhere, draw(8)), user="v8").verdict == "new"
    assert len(templates.templates) == 1


def test_the_digest_of_a_version_comes_back_with_it() -> None:
    templates = learn()
    changed = FIXED.replace("politely", "warmly")
    before = templates.read(fill(FIXED, draw(1)), user="a")
    versions = [templates.read(fill(changed, draw(n)), user=f"v{n}").digest for n in range(30)]
    assert len(set(versions)) == 1
    assert versions[0] != before.digest
    back = templates.read(fill(FIXED, draw(2)), user="b")
    assert (back.verdict, back.digest) == ("back", before.digest)
    assert "warmly" in back.old
    assert "politely" in back.new


def test_a_rewritten_template_that_is_rolled_back_is_told_as_such() -> None:
    templates = learn()
    rewritten = FIXED.replace("talking to", "speaking kindly with").replace(
        "- Do not tell anybody", "- Keep quiet about"
    )
    rewritten = rewritten.replace("politely", "warmly").replace("offer to", "propose to").replace("late,", "overdue,")
    first = templates.read(fill(rewritten, draw(1)), user="v")
    assert first.verdict == "new"
    assert {templates.read(fill(rewritten, draw(n)), user=f"v{n}").verdict for n in range(2, 40)} <= {"same", "varying"}
    back = templates.read(fill(FIXED, draw(2)), user="b")
    assert (back.verdict, back.old_digest, back.digest) == ("back", first.digest, first.old_digest)
    assert ("speaking kindly" in back.old, "talking to" in back.new) == (True, True)
    assert first.line == back.line


def test_two_wordings_at_once_are_told_once() -> None:
    templates = learn()
    chance = random.Random(3)  # noqa: S311
    verdicts = []
    for number in range(200):
        fixed = chance.choice([FIXED, FIXED.replace("politely", "warmly")])
        verdicts.append(templates.read(fill(fixed, draw(number)), user=f"w{number}").verdict)
    assert [each for each in verdicts if each in ("new", "both", "back")] == ["new", "both"]


def test_the_first_two_calls_of_one_user_tell_a_changed_word() -> None:
    for user in ("", "me"):
        templates = Templates()
        templates.read("You are a poet. Write short verses about the sea.", user=user)
        reading = templates.read("You are a poet. Write short verses about the land.", user=user)
        assert reading.verdict == "new"
        assert reading.old == "You are a poet. Write short verses about the sea."
        assert reading.new == "You are a poet. Write short verses about the land."


def test_numbers_and_names_of_a_text_that_is_never_filled_are_news_soon() -> None:
    plain = "You are an agent of Acme. Be brief and honest. Answer in English. Give at most 3 ideas."
    for change in (("Acme", "Globex"), ("English", "German"), ("3", "5")):
        templates = Templates()
        for number in range(8):
            templates.read(plain, user=f"u{number}")
        assert templates.read(plain.replace(*change), user="x").verdict == "new"


def test_what_a_template_was_filled_with_is_no_news_where_it_is_told() -> None:
    templates = Templates()
    text = "You answer in a {} tone and keep to the point at all times."
    for number in range(40):
        templates.read(text.format("formal"), user=f"u{number}", variables=["formal"])
    assert templates.read(text.format("playful"), user="x", variables=["playful"]).verdict != "new"
    assert (
        templates.read(text.format("playful").replace("times", "cost"), user="y", variables=["playful"]).verdict
        == "new"
    )


def test_an_instruction_unlike_all_is_a_template_of_its_own() -> None:
    templates = learn()
    reading = templates.read("Translate the text into Danish and keep line breaks as they are.", user="u")
    assert (reading.verdict, reading.old) == ("new", "")
    assert len(templates.templates) == 2
    assert templates.read(fill(FIXED, draw(3)), user="u").verdict in ("same", "varying")


def test_people_who_write_instructions_themselves_are_not_told_of_for_ever() -> None:
    templates, chance = Templates(), random.Random(1)  # noqa: S311
    verdicts = []
    for number in range(200):
        text = " ".join("".join(chance.choices(string.ascii_lowercase, k=6)) for _ in range(30))
        verdicts.append(templates.read(text, user=f"u{number}").verdict)
    assert verdicts.count("new") < 40
    assert len(templates.templates) <= MOST_TEMPLATES


def test_what_is_kept_is_bounded_and_goes_on_as_before() -> None:
    templates, chance = Templates(), random.Random(1)  # noqa: S311
    for number in range(25):
        words = ["".join(chance.choices(string.ascii_lowercase, k=7)) for _ in range(14_000)]
        templates.read(" ".join(words), user=f"u{number}")
    assert sum(len(run.text) for each in templates.templates for run in each.runs) <= MOST_KEPT + 100_000
    learnt = learn()
    again = Templates.from_json(json.loads(json.dumps(learnt.to_json())))
    assert again.to_json() == learnt.to_json()


def test_long_instructions_are_read_in_short_time() -> None:
    chance = random.Random(1)  # noqa: S311
    body = "\n".join(" ".join(chance.choices(WORDS, k=12)) for _ in range(1_300))
    templates = Templates()
    start = time.process_time()
    for number in range(6):
        text = f"You help {draw(number)['name']} today.\n{body}\nBe brief and kind."
        assert templates.read(text, user=f"u{number}").verdict != "new"
    assert templates.read(f"You help Ann Lee today.\n{body[:40_000]} other {body[40_000:]}", user="x").verdict == "new"
    assert time.process_time() - start < 5


@given(st.lists(st.text(max_size=60), min_size=1, max_size=12))
def test_no_text_breaks_it(texts: list[str]) -> None:
    templates = Templates()
    for number, text in enumerate(texts):
        templates.read(text, user=f"u{number % 3}")
    again = Templates.from_json(json.loads(json.dumps(templates.to_json())))
    assert [again.read(text).digest for text in texts[-1:]] == [templates.read(text).digest for text in texts[-1:]]
