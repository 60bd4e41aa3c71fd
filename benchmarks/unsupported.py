"""How many planted errors in grounded answers are found, how many right answers are blamed, and in what time.

    python benchmarks/unsupported.py [--file NAME …] [--chats DIR] [--show]

Each grounded answer is told four times, with its documents as the result of a tool, in the instructions, in the message
and pasted by the user. An error is planted in one marked fact at a time: a digit, a unit, a date, another name of the
same kind, another host or path, an invented quotation. Nothing here is learnt from; a seed makes it the same each time.
"""

import argparse
import gzip
import importlib.metadata
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from feedback.detectors.material import Material
from feedback.detectors.signal import Signal
from feedback.detectors.unsupported import detect
from tracing.conversations import Answer, Conversation, Turn
from tracing.generations import Generation, Message

ROOT = Path(__file__).resolve().parent.parent
GROUNDED = ROOT / "tests/feedback/detectors/grounded"
PLACES = ("tool", "instructions", "message", "pasted")
SEED = 7
SECOND_NS = 10**9
DOCUMENT_CHARACTERS = 6_000
START_NS = 1_731_000_000 * SECOND_NS


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of an answer that can be made wrong; offsets into the answer."""

    start: int
    end: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Grounded:
    """Documents, a question and an answer that holds nothing but what follows from both."""

    id: str
    domain: str
    language: str
    documents: tuple[str, ...]
    question: str
    answer: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """A wrong answer; `start` and `end` say where."""

    kind: str
    how: str
    answer: str
    start: int
    end: int


def load_grounded(name: str) -> list[Grounded]:
    rows = (json.loads(line) for line in (GROUNDED / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        Grounded(
            row["id"],
            row["domain"],
            row["language"],
            tuple(row["documents"]),
            row["question"],
            row["answer"],
            tuple(Fact(start, end, kind, row["answer"][start:end]) for start, end, kind in row["facts"]),
        )
        for row in rows
    ]


def plant_errors(row: Grounded, others: Sequence[Grounded]) -> Iterator[Planted]:
    """Give the answer again and again, each time with one error in one fact, every way that fits the fact."""
    chance = random.Random(f"{SEED} {row.id}")  # noqa: S311, nothing is secret here
    pool = [fact for other in others if other.id != row.id and other.language == row.language for fact in other.facts]
    pool = pool or [fact for other in others if other.id != row.id for fact in other.facts]
    for fact in row.facts:
        for how, change in CHANGES[fact.kind].items():
            wrong = change(fact.text, chance, [each.text for each in pool if each.kind == fact.kind])
            if wrong and wrong != fact.text and not stands_in(wrong, row):
                answer = row.answer[: fact.start] + wrong + row.answer[fact.end :]
                yield Planted(fact.kind, how, answer, fact.start, fact.start + len(wrong))


def stands_in(wrong: str, row: Grounded) -> bool:
    """Whether what was planted happens to be told somewhere, so that it is no error."""
    told = "\n".join((*row.documents, row.question)).lower()
    return re.search(rf"(?<!\w){re.escape(wrong.lower())}(?!\w)", told) is not None


def change_digit(text: str, chance: random.Random, _: Sequence[str]) -> str:
    """Another digit in one place of the first number, not one that is only a rounding away."""
    number = re.search(r"\d[\d.,  ]*\d|\d", text)
    if not number:
        return change_word(text, chance)
    places = [place for place in range(number.start(), number.end()) if text[place].isdigit()][:2]
    place = chance.choice(places)
    digits = [digit for digit in "123456789" if abs(int(digit) - int(text[place])) >= 2]
    return text[:place] + chance.choice(digits) + text[place + 1 :]


def split_rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


SPELLED = split_rows("""
    two three four five six seven eight nine ten twelve
    zwei drei vier fünf sechs sieben acht neun zehn zwölf
    deux trois quatre cinq six sept huit neuf dix douze
    dos tres cuatro cinco seis siete ocho nueve diez doce
    due tre quattro cinque sei sette otto nove dieci dodici
    dois três quatro cinco seis sete oito nove dez doze
    twee drie vier vijf zes zeven acht negen tien twaalf
    to tre fire fem seks syv otte ni ti tolv
    två tre fyra fem sex sju åtta nio tio tolv
    два три четыре пять шесть семь восемь девять десять
""")


def change_word(text: str, chance: random.Random) -> str:
    for words in SPELLED:
        for word in words:
            found = re.search(rf"\b{word}\b", text, re.IGNORECASE)
            if found:
                other = chance.choice([each for each in words if each != word])
                return text[: found.start()] + other + text[found.end() :]
    return ""


UNITS = split_rows("""
    minutes hours days weeks months years
    Minuten Stunden Tage Wochen Monate Jahre
    Minuten Stunden Tagen Wochen Monaten Jahren
    minutes heures jours semaines mois ans
    minutos horas días semanas meses años
    minuten uren werkdagen weken maanden jaren
    mg kg
    km cm
    MB GB TB
    € £ $
    million billion
    分 時間 日 か月 年
""")


def change_unit(text: str, chance: random.Random, _: Sequence[str]) -> str:
    for units in UNITS:
        for unit in units:
            found = re.search(rf"(?<![^\W\d]){re.escape(unit)}(?![^\W\d])", text)
            if found:
                other = chance.choice([each for each in units if each != unit])
                return text[: found.start()] + other + text[found.end() :]
    return ""


MONTHS = split_rows("""
    January February March April May June July August September October November December
    Januar Februar März April Mai Juni Juli August September Oktober November Dezember
    janvier février mars avril mai juin juillet août septembre octobre novembre décembre
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
    gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
    stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
""")


def change_month(text: str, chance: random.Random, _: Sequence[str]) -> str:
    for months in MONTHS:
        for month in months:
            found = re.search(rf"\b{month}\b", text)
            if found:
                other = chance.choice([each for each in months if each != month])
                return text[: found.start()] + other + text[found.end() :]
    return ""


def move_date(text: str, chance: random.Random, _: Sequence[str]) -> str:
    """Another day, hour or year: the first number of it."""
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return ""
    found = chance.choice(numbers)
    value = int(found.group())
    if value > 1000:
        moved = value + chance.choice((-7, -4, -3, 3, 4, 6))
    elif ":" in text or re.search(r"[ap]m|Uhr|uur|h\b", text):
        moved = (value + chance.choice((2, 3, 5))) % (12 if "m" in text else 24 if found is numbers[0] else 60)
    else:
        moved = 1 + (value + chance.choice((2, 3, 5, 8, 11))) % 28
    return text[: found.start()] + str(moved).zfill(len(found.group())) + text[found.end() :]


def take_other(text: str, chance: random.Random, others: Sequence[str]) -> str:
    """Another name of the same kind that shares no word with it."""
    words = set(re.findall(r"\w+", text.lower()))
    fitting = [each for each in others if not words & set(re.findall(r"\w+", each.lower()))]
    return chance.choice(fitting) if fitting else ""


def change_surname(text: str, chance: random.Random, others: Sequence[str]) -> str:
    """The first name stays, another surname follows."""
    first, _, last = text.rpartition(" ")
    surnames = [each.rpartition(" ")[2] for each in others if " " in each]
    surnames = [each for each in surnames if each != last]
    return f"{first} {chance.choice(surnames)}" if first and surnames else ""


def change_code(text: str, chance: random.Random, _: Sequence[str]) -> str:
    return change_digit(text, chance, ()) if sum(map(str.isdigit, text)) >= 2 else ""


HOSTS = ("portal", "cloudbase", "service-center", "northwind", "helpdesk", "citydesk", "infohub", "mydocs")


def change_host(text: str, chance: random.Random, _: Sequence[str]) -> str:
    found = re.search(r"([\w-]+)\.example", text)
    return text[: found.start(1)] + chance.choice(HOSTS) + text[found.end(1) :] if found else ""


def change_path(text: str, chance: random.Random, _: Sequence[str]) -> str:
    found = re.search(r"\.example/([\w-]+)", text)
    if found:
        return (
            text[: found.start(1)]
            + chance.choice(("start", "account", "form", "claims", "info"))
            + text[found.end(1) :]
        )
    found = re.match(r"[\w.+-]+(?=@)", text)
    return chance.choice(("office", "team", "hello", "desk")) + text[found.end() :] if found else ""


def change_phone(text: str, chance: random.Random, _: Sequence[str]) -> str:
    digits = [place for place, letter in enumerate(text) if letter.isdigit()]
    if "example" in text or len(digits) < 6:
        return ""
    place = chance.choice(digits[-5:])
    return text[:place] + chance.choice([each for each in "0123456789" if each != text[place]]) + text[place + 1 :]


INVENTED = (
    "nobody in the whole company had expected such a result so early",
    "we will listen to everyone before the council decides anything",
    "it took us a long winter to understand what people wanted from us",
    "money was never the reason, it was always about trust",
)


def invent_quotation(text: str, chance: random.Random, _: Sequence[str]) -> str:
    return text[0] + chance.choice(INVENTED) + text[-1]


Change = Callable[[str, random.Random, Sequence[str]], str]
CHANGES: Mapping[str, Mapping[str, Change]] = {
    "number": {"digit": change_digit, "unit": change_unit},
    "date": {"moved": move_date, "month": change_month},
    "person": {"other": take_other, "surname": change_surname},
    "place": {"other": take_other},
    "organisation": {"other": take_other},
    "product": {"other": take_other, "code": change_code},
    "link": {"host": change_host, "path": change_path, "phone": change_phone},
    "quotation": {"invented": invent_quotation},
}


def tell(row: Grounded, answer: str, place: str) -> Material:
    """The answer in a conversation, with the documents in one of the places where apps put them."""
    documents = "\n\n".join(row.documents)
    instructions, user_text, sent = "You are a helpful assistant.", row.question, row.question
    messages: list[Message] = []
    if place == "instructions":
        instructions = f"You are a helpful assistant. Use this to answer.\n\n{documents}"
    elif place == "message":
        sent = f"Answer from the context only.\n\nContext:\n{documents}\n\nQuestion: {row.question}"
    elif place == "pasted":
        user_text = sent = f"{row.question}\n\n{documents}"
    else:
        messages.append(Message("tool", documents))
    given = Answer("t1", "s1", answer, "completed", "", START_NS, 4 * SECOND_NS, generation_span_ids=("s1",))
    call = Generation(
        1,
        "t1",
        "s1",
        "",
        START_NS,
        4 * SECOND_NS,
        "genai",
        system_instructions=instructions,
        input_messages=(Message("user", sent), *messages),
        output_messages=(Message("assistant", answer),),
        user_text=user_text,
    )
    turn = Turn(0, user_text, given, sent_text="" if sent == user_text else sent)
    return Material(Conversation(1, row.id, (turn,)), calls={("t1", "s1"): call})


def hear(material: Material) -> Signal | None:
    return next(iter(detect(material)), None)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found of one file."""

    found: Counter[str]
    planted: Counter[str]
    located: Counter[str]
    blamed: Counter[str]
    answers: Counter[str]
    scores: tuple[tuple[float, bool], ...]

    @property
    def recall(self) -> float:
        return self.found.total() / self.planted.total()

    @property
    def false_alarms(self) -> float:
        return self.blamed.total() / self.answers.total()


def measure(rows: Sequence[Grounded], show: bool = False, places: Sequence[str] = PLACES) -> Figures:
    figures = Figures(Counter(), Counter(), Counter(), Counter(), Counter(), ())
    for row in rows:
        for place in places:
            signal = hear(tell(row, row.answer, place))
            figures.answers[place] += 1
            if signal and signal.fired:
                figures.blamed[place] += 1
                if show and place == places[0]:
                    print("blamed", row.id, [row.answer[start:end] for start, end in signal.evidence.offsets])
        for number, planted in enumerate(plant_errors(row, rows)):
            name = f"{planted.kind} {planted.how}"
            signal = hear(tell(row, planted.answer, places[number % len(places)]))
            figures.planted[name] += 1
            if signal and signal.fired:
                figures.found[name] += 1
                if any(start < planted.end and planted.start < end for start, end in signal.evidence.offsets):
                    figures.located[name] += 1
            elif show:
                print("missed", name, row.id, repr(planted.answer[planted.start - 30 : planted.end + 25]))
    return figures


def report(figures: Figures) -> None:
    print(
        f"recall {figures.recall:.3f} of {figures.planted.total()} planted, at the right place "
        f"{figures.located.total() / figures.planted.total():.3f}"
    )
    for name, count in sorted(figures.planted.items()):
        print(
            f"  {name:20} {figures.found[name] / count:.2f}  ({figures.located[name] / count:.2f} located) of {count}"
        )
    print(
        f"false alarms {figures.false_alarms:.3f} of {figures.answers.total()} right answers: "
        + ", ".join(f"{place} {figures.blamed[place] / count:.3f}" for place, count in figures.answers.items())
    )


def time_answers(rows: Sequence[Grounded]) -> float:
    """Microseconds of one core for an answer with its documents."""
    told = [tell(row, row.answer, "tool") for row in rows]
    fastest = float("inf")
    for _ in range(5):
        began = time.process_time()
        for material in told:
            hear(material)
        fastest = min(fastest, time.process_time() - began)
    return fastest / len(told) * 1e6


def load_excerpts() -> Iterator[Grounded]:
    """Sentences of the long descriptions of installed packages, each with its surroundings as the document."""
    for found in sorted(importlib.metadata.distributions(), key=lambda each: each.name):
        text = (found.read_text("METADATA") or "").partition("\n\n")[2]
        chance = random.Random(f"{SEED} {found.name}")  # noqa: S311, nothing is secret here
        if len(text) >= DOCUMENT_CHARACTERS // 4:
            start = chance.randrange(max(1, len(text) - DOCUMENT_CHARACTERS))
            document = text[start : start + DOCUMENT_CHARACTERS]
            sentences = re.split(r"(?<=[.!?])\s+", document)
            first = chance.randrange(len(sentences))
            yield Grounded(found.name, "", "en", (document,), "", " ".join(sentences[first : first + 4])[:900], ())


def measure_excerpts() -> None:
    rows = [row for row in load_excerpts() if row.answer.strip()]
    signals = [hear(tell(row, row.answer, "tool")) for row in rows]
    blamed = sum(signal is not None and signal.fired for signal in signals)
    print(
        f"excerpts of packages: {blamed} of {len(rows)} blamed, {time_answers(rows):.0f} µs an answer with"
        f" {DOCUMENT_CHARACTERS:,} characters of document"
    )


def load_chats(folder: Path) -> Iterator[tuple[str, Conversation]]:
    """Conversations written by people, in which nothing was planted, by the name of their file."""
    for path in sorted(folder.glob("chats_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield path.name.removesuffix(".jsonl.gz"), build_conversation(row)


def build_conversation(row: Mapping[str, Any]) -> Conversation:
    said = row["turns"]
    turns: list[Turn] = []
    for before, after in pairwise(said):
        if before["role"] == "user" and after["role"] == "assistant":
            place = len(turns)
            answer = Answer(f"t{place}", f"s{place}", after["content"], "completed", "", START_NS, SECOND_NS)
            turns.append(Turn(place, before["content"], answer))
    return Conversation(1, str(row["conversation_id"]), tuple(turns))


def measure_chats(folder: Path, show: bool) -> None:
    answers, blamed, seconds = Counter[str](), Counter[str](), 0.0
    for name, conversation in load_chats(folder):
        began = time.process_time()
        signals = list(detect(Material(conversation)))
        seconds += time.process_time() - began
        answers[name] += len(conversation.turns)
        for signal in signals:
            if signal.fired:
                blamed[name] += 1
                if show:
                    text = conversation.turns[signal.target or 0].answer.text
                    print("chat", name, conversation.conversation_id, [text[a:b] for a, b in signal.evidence.offsets])
    print(
        f"chats without documents: {blamed.total() / answers.total():.4f} of {answers.total()} answers blamed, "
        f"{seconds / answers.total() * 1e6:.0f} µs an answer"
    )
    print("  " + ", ".join(f"{name} {blamed[name]}/{count}" for name, count in answers.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--file", nargs="+", default=["development", "held_out", "third", "fourth", "last"])
    parser.add_argument("--chats", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    for name in options.file:
        rows = load_grounded(name)
        print(f"{name}: {len(rows)} grounded answers, {time_answers(rows):.0f} µs each with its documents")
        report(measure(rows, options.show))
    measure_excerpts()
    if options.chats:
        measure_chats(options.chats, options.show)


if __name__ == "__main__":
    main()
