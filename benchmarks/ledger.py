"""How right and how fast the ledger tells what is new in system instructions: `python -m benchmarks.ledger`.

Made-up traffic of the templates of `ledger_templates.txt`, filled with names, dates, documents, lists of tools,
languages. The rules were made by the first thirty; the last twelve have kinds of variables that those have not
(sentences for some users, profiles, what was said before). Told are: news that is none, among calls of templates that
do not change, all of them in one service and each in one of its own; changes of one word that are told at the first
call that has them; and calls a second.
"""

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from drift.ledger import Call, Ledger

TEMPLATES = Path(__file__).with_name("ledger_templates.txt").read_text(encoding="utf-8").strip().split("\n---\n")
SPACE = re.compile(" ")
FIRST = tuple(
    SPACE.split("Maria John Ann Bob Li Fatima Olu Sven Zoë José Priya Tom Kim Aisha Lars Noor Eva Max Yuki Ben")
)
LAST = tuple(
    SPACE.split("Lopez Smith Lee Stone Wei Khan Ade Berg Müller García Patel Gray Park Ali Holm Haddad Novak Fox Vries")
)
WORDS = SPACE.split(
    "parcel invoice the customer of window arrived late and broken because nobody had signed for it in March while our "
    "team was away so please send the new form before Friday or call again to change a delivery price tax account with "
    "two rooms on the second floor near a river that floods in spring when snow melts from high hills around it"
)
OTHER_WORDS = [
    "quick",
    "seldom",
    "garden",
    "twelve",
    "between",
    "loudly",
    "purple",
    "outside",
    "holds",
    "rather",
    "gently",
]
LANGUAGES = ["English"] * 14 + ["German", "German", "French", "Spanish", "Portuguese", "Japanese"]
CHOICES = {
    "plan": ["Basic"] * 6 + ["Pro"] * 3 + ["Enterprise"],
    "language": LANGUAGES,
    "language2": LANGUAGES[::-1],
    "language_of_code": ["Python"] * 5 + ["TypeScript"] * 4 + ["Go", "Rust", "C#"],
    "company": ["Acme", "Globex Ltd", "Initech", "Umbrella Foods", "Stark & Sons", "Wayne Logistics"],
    "city": ["Oslo", "Groningen", "San José", "Ulm", "Porto", "Den Haag"],
    "region": ["EU"] * 5 + ["US"] * 3 + ["APAC", "Switzerland"],
    "tone": ["playful", "formal", "warm", "dry"],
    "audience": ["parents", "young people", "people who run", "gardeners"],
    "job": ["carpenter", "data engineer", "nurse", "account manager", "bard"],
}
PIECES = [
    "oats",
    "rope",
    "sales.csv",
    "lamp",
    "peanuts",
    "orders 2024.xlsx",
    "milk",
    "penicillin",
    "map",
    "flour",
    "eggs",
]
TOOLS = ["search", "calculator", "calendar", "send_mail", "browser", "read_file", "run_tests", "weather"]
SLOT = re.compile(r"\{(\w+)\}")
WORD = re.compile(r"[^\W\d_]{2,}")
CHANGES = 10
TUNING = 30
"""Templates by which the rules were made."""


class Traffic:
    """Calls of one template, filled for users who come again."""

    def __init__(self, template: str, seed: int) -> None:
        self.template, self.random = template, random.Random(f"{seed} {template}")  # noqa: S311 - the same each time
        self.names = [f"{self.random.choice(FIRST)} {self.random.choice(LAST)}" for _ in range(150)]

    def make_call(self, at: int, template: str = "") -> Call:
        user = int(self.random.paretovariate(0.6)) % len(self.names)
        filled = SLOT.sub(lambda slot: self.fill(slot[1], user, at), template or self.template)
        return Call(time_ns=at * 60_000_000_000, user_id=f"u{user}", trace_id=f"t{at}", system_instructions=filled)

    def fill(self, slot: str, user: int, at: int) -> str:
        own = random.Random(f"{self.names[user]} {user} {slot}")  # noqa: S311
        if slot in CHOICES:
            return own.choice(CHOICES[slot])
        moment = time.gmtime(1_750_000_000 + at * 3_600)
        made: dict[str, Callable[[], str]] = {
            "name": lambda: self.names[user],
            "date": lambda: time.strftime("%Y-%m-%d" if len(self.template) % 2 else "%d %B %Y", moment),
            "time": lambda: time.strftime("%H:%M", moment),
            "email": lambda: f"{self.names[user].split()[0].lower()}{user}@mail.example",
            "number": lambda: str(int(self.random.expovariate(0.4))),
            "grade": lambda: str(own.randint(3, 9)),
            "year": lambda: str(own.randint(1990, 2024)),
            "id": lambda: f"{self.random.getrandbits(128):032x}",
            "branch": lambda: (
                f"{own.choice(['fix', 'feature'])}/{self.random.choice(WORDS)}-{self.random.randint(1, 999)}"
            ),
            "file": lambda: f"src/{self.random.choice(WORDS)}/{self.random.choice(WORDS)}.py",
            "list": lambda: ", ".join(self.random.sample(PIECES, self.random.randint(1, 4))),
            "tools": lambda: "\n".join(
                f"- {tool}: use it to {tool}" for tool in sorted(own.sample(TOOLS, own.randint(2, 6)))
            ),
            "document": self.write_document,
            "optional": lambda: own.choice(["", "The user pays for the large plan: offer a call back."]),
            "json": lambda: self.write_profile(user, own),
            "history": lambda: "\n".join(
                f"{('User', 'Agent')[at % 2]}: {self.write_part(at)}" for at in range(self.random.randint(1, 6))
            ),
        }
        return made[slot]()

    def write_document(self) -> str:
        parts = [self.write_part(number) for number in range(1, self.random.randint(1, 5) + 1)]
        return "\n".join(parts)

    def write_profile(self, user: int, own: random.Random) -> str:
        profile = {"name": self.names[user], "age": own.randint(18, 90), "likes": own.sample(PIECES, own.randint(1, 3))}
        return json.dumps(profile | ({"premium": True} if own.random() < 0.3 else {}))

    def write_part(self, number: int) -> str:
        words = [self.random.choice(WORDS) for _ in range(self.random.randint(8, 60))]
        return f"[{number}] {words[0].capitalize()} {' '.join(words[1:])}."


def change_word(template: str, random_: random.Random) -> str:
    """The template with one word of its fixed text replaced."""
    slots = [slot.span() for slot in SLOT.finditer(template)]
    words = [word for word in WORD.finditer(template) if not any(a <= word.start() < b for a, b in slots)]
    word = random_.choice(words)
    other = random_.choice([each for each in OTHER_WORDS if each != word[0].casefold()])
    return template[: word.start()] + (other.capitalize() if word[0][0].isupper() else other) + template[word.end() :]


def measure_false_news(numbers: Sequence[int], calls: int, seed: int, *, shows: bool) -> Counter[str]:
    """Each template in a service of its own; what is told though nothing changed."""
    counts = Counter[str]()
    for number in numbers:
        ledger, traffic = Ledger(), Traffic(TEMPLATES[number], seed)
        for at in range(calls):
            for event in ledger.read_call(traffic.make_call(at)):
                counts["at the second call" if at < 2 else event.kind] += 1
                if shows:
                    print_event(number, at, event.kind, event.old, event.new)
    return counts


def measure_together(numbers: Sequence[int], calls: int, seed: int, *, shows: bool) -> Counter[str]:
    """All templates in one service; their first calls are news and not counted."""
    counts, ledger, shuffled = Counter[str](), Ledger(), random.Random(seed)  # noqa: S311
    traffics = [Traffic(TEMPLATES[number], seed) for number in numbers]
    seen = Counter[int]()
    for at in range(calls * len(numbers)):
        place = shuffled.randrange(len(numbers))
        seen[place] += 1
        for event in ledger.read_call(traffics[place].make_call(at)):
            if seen[place] > 1:
                counts["at the second call" if seen[place] == 2 else event.kind] += 1
            if shows and seen[place] > 1:
                print_event(numbers[place], seen[place], event.kind, event.old, event.new)
    return counts


def measure_changes(numbers: Sequence[int], calls: int, seed: int, *, shows: bool) -> tuple[int, int]:
    """Changes of one word that are told at the first call, and how many were made."""
    told = 0
    for number in numbers:
        ledger, traffic, chooser = Ledger(), Traffic(TEMPLATES[number], seed), random.Random(seed)  # noqa: S311
        for at in range(calls):
            ledger.read_call(traffic.make_call(at))
        kept = json.dumps(ledger.to_json())
        for _ in range(CHANGES):
            changed = change_word(TEMPLATES[number], chooser)
            call = traffic.make_call(calls, changed)
            events = Ledger.from_json(json.loads(kept)).read_call(call)
            told += any(event.kind == "new" for event in events)
            if shows and not events:
                print(f"--- {number}: missed\n{call.system_instructions}")
    return told, CHANGES * len(numbers)


def print_event(number: int, at: int, kind: str, old: str, new: str) -> None:
    print(f"--- {number}, call {at}: {kind}\n{old}\n>>>\n{new}")


def measure_speed(calls: int) -> Iterator[str]:
    traffic = [Traffic(template, 1) for template in TEMPLATES]
    made = [traffic[at % len(traffic)].make_call(at) for at in range(calls)]
    ledger = Ledger()
    for name in ("new texts", "texts seen before"):
        start = time.process_time()
        for call in made:
            ledger.read_call(call)
        yield f"{name}: {calls / (time.process_time() - start):,.0f} calls a second"
    yield f"state: {len(json.dumps(ledger.to_json())) / 1000:,.0f} kB of JSON"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="of each template")
    parser.add_argument("--seeds", type=int, nargs="*", default=[101, 102, 103])
    parser.add_argument("--part", choices=("tuning", "fresh", "all"), default="all")
    parser.add_argument("--errors", action="store_true", help="show what is told wrong")
    given = parser.parse_args()
    every = range(len(TEMPLATES))
    numbers = {"tuning": every[:TUNING], "fresh": every[TUNING:], "all": every}[given.part]
    for seed in given.seeds:
        apart = measure_false_news(numbers, given.calls, seed, shows=given.errors)
        together = measure_together(numbers, given.calls, seed, shows=given.errors)
        thousands = len(numbers) * given.calls / 1000
        for name, counts in (("services of their own", apart), ("one service", together)):
            early = counts.pop("at the second call", 0)
            print(f"seed {seed}, {name}: {counts.total() / thousands:.2f} false news per 1,000 calls after the second "
                  f"({dict(counts)}), {early} at it")  # fmt: skip
        for calls in (5, 30, given.calls):
            told, made = measure_changes(numbers, calls, seed, shows=given.errors and calls == given.calls)
            print(f"seed {seed}, changed words told at once after {calls} calls: {told} of {made}")
    for line in measure_speed(5_000):
        print(line)


if __name__ == "__main__":
    main()
