"""Faults to plant among clean conversations: what each is made of, what becomes of it, and what is not left of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from feedback.datasets import LabelledConversation
from feedback.datasets.weighing.contamination import digest_texts
from feedback.explicit import Feedback
from tests.feedback.datasets.dialogue import Dialogue
from tracing.generations import Message, ToolCall
from tracing.texts.stand_ins import stand_in

DAY_S = 86_400
START_S = 1_760_000_000
PHONE, MAIL, IBAN = "+49 30 901820", "clara.wendt@wendt-dachbau.de", "DE29 1001 0010 0987 6543 21"
KEY = "sk-proj-" + "Xq7Lm2Vb9Rt4Yc8Nw3Hd6Kf1"
PASSWORD = "postgres://admin:hunter2-Tr0ub4dor@db.internal/app"
EXAM = "A farmer walks nineteen kilometres north, then nine kilometres east; how far from the barn does he stand now?"
TOPICS = {
    "tulips": "They want a cold winter in the ground and rot in wet clay, so put sand under each bulb.",
    "sourdough": "A lively starter doubles within six hours, and flour with more bran drinks more water.",
    "bicycles": "Most squeaks come from a dry chain, and a worn cassette makes the new chain jump.",
    "violins": "Gut strings sound warm but move with the weather, and steel ones hold their pitch for weeks.",
    "kayaks": "A long hull runs straight in open water, and a short one turns quickly between rocks.",
    "telescopes": "Wide mirrors gather faint light, and long focal lengths show the planets larger.",
    "bees": "A colony keeps its brood at an even warmth, whatever frost or heat there is outside.",
    "pottery": "Stoneware closes its pores in the kiln, and earthenware stays thirsty without a glaze.",
    "chess": "Whoever controls the centre moves pieces faster from one wing to the other.",
    "cheese": "Hard rinds come from washing with brine, and blue veins need air from thin needles.",
}
ASPECTS = {
    "What should a beginner know about {}?": "Start small, write down what you did, and change one thing at a time.",
    "Which mistake do people make most often with {}?": "Nearly everybody is too impatient in the first month.",
    "How do I choose good equipment for {}?": "Borrow something old first, since needs only show themselves in use.",
    "Where can I learn more about {} for free?": "Public libraries and local clubs know more than most videos do.",
}
STONES = ("amber", "pearls", "comets", "truffles", "geysers", "fossils", "meteors", "opals", "corals", "geodes")
WORD = "moths"
"""By which what is planted of one fault differs from that of another."""
WORDS = (
    *("moths", "newts", "otters", "herons", "badgers", "lizards", "magpies", "hedgehogs", "salmon", "beetles", "owls"),
    *("toads", "weasels", "swifts", "crickets", "eels", "storks", "hamsters", "ravens", "spiders", "seals", "wasps"),
    *("foxes", "snails", "geckos", "lynxes", "plovers", "martens", "carps", "hornets", "cranes", "voles", "shrimps"),
    *("puffins", "dormice", "trouts", "vipers", "jackals", "finches", "mussels", "bisons", "squids", "walruses"),
    *("gulls", "lobsters", "moles", "mules", "ibises", "larks", "pikes", "rats", "skunks", "tapirs", "yaks"),
)

Talk = Dialogue | LabelledConversation


@dataclass(frozen=True)
class Fault:
    """What is planted, and what becomes of it."""

    name: str
    format: str
    talks: Callable[[str], Sequence[Talk]]
    """Made of a word, which stands in their ids as well."""
    caught: Mapping[str, int] = field(default_factory=dict)
    """How many candidates go for which reason."""
    kept: int = 0
    """Rows of them that are in the dataset."""
    gone: tuple[str, ...] = ()
    """What is in none of the files; `{}` is the word."""
    there: tuple[str, ...] = ()
    """What is in the rows in its place."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """Of the definition."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """Of the context."""
    spares_the_clean: bool = True
    """Whether nothing goes but what was planted."""


def begin(name: str, number: int = 50, user: str = "") -> Dialogue:
    return Dialogue(f"planted {name}", user or f"user of {name}", start_seconds=START_S + number * DAY_S)


def make_crowd(format_name: str) -> list[Dialogue]:
    """Clean conversations of forty people, each of which gives one row and nothing else."""
    crowd = []
    for number, ((topic, fact), (question, advice)) in enumerate(product(TOPICS.items(), ASPECTS.items())):
        talk = Dialogue(f"clean {number}", f"user {number}", start_seconds=START_S + number * DAY_S)
        asked, good, poor = question.format(topic), f"{fact} {advice}", f"With {topic} that depends. {advice}"
        if format_name == "trl-dpo":
            attempts = (poor, good) if number % 2 else (good, poor)
            talk.ask(asked, *attempts).notice(0, "regeneration", attempt=0)
        else:
            is_bad = format_name == "trl-kto" and number % 2
            talk.ask(asked, poor if is_bad else good).thumb(0, "down" if is_bad else "up")
        crowd.append(talk)
    return crowd


def like(name: str, asked: str, answered: Any, number: int = 50, **generation: Any) -> Dialogue:
    """Somebody likes an answer."""
    return begin(name, number).ask(asked, answered, **generation).thumb(0, "up")


def ask_again(name: str, asked: str, *answers: Any) -> Dialogue:
    """Somebody has every answer but the last replaced."""
    talk = begin(name).ask(asked, *answers)
    for attempt in range(len(answers) - 1):
        talk.notice(0, "regeneration", attempt=attempt)
    return talk


def edit(name: str, asked: str, answered: str, edited: str) -> Dialogue:
    """Somebody rewrites an answer."""
    talk = begin(name).ask(asked, answered)
    answer = talk.turns[0].answer
    told = {"name": "edit", "correction": edited, "annotator_kind": "HUMAN", "span_id": answer.span_id}
    talk.feedback.append(
        Feedback(project_id=1, identifier=f"{name}-edit", time_ns=answer.start_time_ns + 2 * 10**9, **told)  # type: ignore[arg-type]
    )
    return talk


def write_better(name: str, asked: str, answered: str, better: str) -> Dialogue:
    """A reviewer writes what the answer should have been."""
    return begin(name).ask(asked, answered).review(0, "answer", "other", better=better)


def in_mode(talk: Dialogue, number: int) -> LabelledConversation:
    return replace(talk.finish(), failure_mode=number)


def use_tool(
    p: str,
    arguments: Mapping[str, Any],
    result: str,
    *,
    called: bool = True,
    answered: bool = True,
    asked: str = "",
    tools: Sequence[str] = (),
) -> Dialogue:
    """Somebody likes an answer that was made from the result of a tool."""
    sent = (
        Message("user", f"Please look up {p}."),
        *[Message("assistant", "", tool_calls=(ToolCall("call-1", "look_up", arguments),))] * called,
        *[Message("tool", result, tool_call_id="call-1", name="look_up")] * answered,
        *[Message("user", asked)] * bool(asked),
    )
    told = tuple({"name": name, "parameters": {"type": "object", "properties": {}}} for name in tools)
    question = asked or f"Please look up {p}."
    return like(f"{p} 1", question, f"There is one entry for {p}.", input_messages=sent, tool_definitions=told)


def send(p: str, *messages: Message) -> Dialogue:
    """Somebody likes the answer to these messages."""
    return like(f"{p} 1", sleep(p), leaves(p), input_messages=messages)


def sleep(p: str) -> str:
    return f"Where do {p} sleep?"


def leaves(p: str) -> str:
    return f"Most {p} sleep under leaves."


def tell_of(p: str) -> str:
    """Long enough that one word more is next to nothing, and unlike what it is with another word."""
    return (
        f"Most {p} like shade, few {p} like sun, old {p} hide well, young {p} wander far, hungry {p} dig deep, "
        f"tired {p} climb down, shy {p} keep still, and wise {p} simply wait."
    )


PRIVATE = (
    Fault(
        "a mail address in what the user wrote",
        "trl-sft",
        lambda p: [like(f"{p} 1", f"Write to {MAIL} about {p}.", f"Here is a letter about {p} in the roof.")],
        kept=1,
        gone=(MAIL,),
        there=("<EMAIL_1>",),
    ),
    Fault(
        "a phone number in the arguments of a tool",
        "trl-sft",
        lambda p: [use_tool(p, {"who": {"phones": [PHONE]}}, f"one entry: {p}")],
        kept=1,
        gone=(PHONE, PHONE.replace(" ", "")),
        there=("<PHONE_1>",),
    ),
    Fault(
        "a bank account in the result of a tool",
        "trl-sft",
        lambda p: [use_tool(p, {"who": p}, f"{p}, who pays from {IBAN}")],
        kept=1,
        gone=(IBAN, IBAN.replace(" ", "")),
    ),
    Fault(
        "personal data where it is not to be replaced",
        "trl-sft",
        lambda p: [like(f"{p} 1", f"Write to {MAIL} about {p}.", f"Here is a letter about {p} in the roof.")],
        {"personal_data": 1},
        gone=(MAIL, "{}"),
        asked={"personal_data": "drop"},
    ),
    Fault(
        "a password in the system prompt",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), leaves(p), system_instructions=f"Data is at {PASSWORD}")],
        {"secret": 1},
        gone=("hunter2", "{}"),
    ),
    Fault(
        "a key in the answer",
        "trl-sft",
        lambda p: [like(f"{p} 1", f"How do {p} sign in?", f"Send the header Authorization: Bearer {KEY}")],
        {"secret": 1},
        gone=(KEY,),
    ),
    Fault(
        "a mail address in the better answer of a reviewer",
        "trl-dpo",
        lambda p: [write_better(f"{p} 1", sleep(p), leaves(p), f"Ask {MAIL} where {p} sleep; they keep some at home.")],
        kept=1,
        gone=(MAIL,),
        there=("<EMAIL_1>",),
    ),
    Fault(
        "a key in the better answer of a reviewer",
        "trl-sft",
        lambda p: [write_better(f"{p} 1", sleep(p), leaves(p), f"Look them up with the key {KEY}, {p} and all.")],
        {"secret": 1},
        gone=(KEY,),
    ),
    Fault(
        "a user who is to be forgotten",
        "trl-sft",
        lambda p: [begin(f"{p} 1", user="forgotten user").ask(sleep(p), leaves(p)).thumb(0, "up")],
        {"forgotten": 1},
        gone=("forgotten user", "{}"),
        known={"is_forgotten": lambda user_id, _conversation_id: user_id == "forgotten user"},
    ),
    Fault(
        "a user who refused",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), leaves(p), metadata={"training_consent": "no"})],
        {"consent_refused": 1},
        gone=("{}",),
    ),
    Fault(
        "a model whose provider forbids it",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), {"text": leaves(p), "model": "closed-4-turbo"})],
        {"licence": 1},
        gone=("{}",),
        asked={"models_left_out": ("closed-*",)},
    ),
)

REPEATED = (
    Fault(
        "the same conversation of two users",
        "trl-sft",
        lambda p: [like(f"{p} {number}", sleep(p), tell_of(p), number * 20) for number in (1, 2)],
        {"duplicate": 1},
        kept=1,
    ),
    Fault(
        "nearly the same conversation of two users, one old and one new",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), tell_of(p), 0), like(f"{p} 2", sleep(p), f"{tell_of(p)} Indeed.", 90)],
        {"near_duplicate": 1},
        kept=1,
    ),
    Fault(
        "the same answer, liked by one and disliked by another",
        "trl-kto",
        lambda p: [begin(f"{p} {side}").ask(sleep(p), tell_of(p)).thumb(0, side) for side in ("up", "down")],
        {"contradiction": 2},
    ),
    Fault(
        "nearly the same answer, liked by one and disliked by another",
        "trl-kto",
        lambda p: [
            begin(f"{p} 1").ask(sleep(p), tell_of(p)).thumb(0, "up"),
            begin(f"{p} 2").ask(sleep(p), f"{tell_of(p)} Indeed.").thumb(0, "down"),
        ],
        {"contradiction": 2},
    ),
    Fault(
        "a pair that says the opposite of another",
        "trl-dpo",
        lambda p: [
            ask_again(f"{p} 1", sleep(p), tell_of(p), leaves(p)),
            ask_again(f"{p} 2", sleep(p), leaves(p), tell_of(p)),
        ],
        {"contradiction": 2},
    ),
    Fault(
        "a question of an evaluation set",
        "trl-sft",
        lambda p: [like(f"{p} 1", f"Hello, {p}! {EXAM.upper()}", f"As far as {p} can see, some twenty-one.")],
        {"contaminated": 1},
        known={"evaluation_grams": frozenset(digest_texts([EXAM]))},
    ),
    Fault(
        "one user who has many rows",
        "trl-sft",
        lambda p: [
            begin(f"{p} {at}", at, "busy").ask(f"Who found {word}?", f"A {p} found {word}.").thumb(0, "up")
            for at, word in enumerate(STONES)
        ],
        {"user_cap": 7},
        kept=3,
        asked={"most_per_user": 3},
    ),
    Fault(
        "a question that many ask",
        "trl-sft",
        lambda p: [
            like(f"{p} {at}", f"What is the state of order {at}?", f"It went out with the {word}.")
            for at, word in enumerate(STONES)
        ],
        {"template_cap": 6},
        kept=4,
        asked={"most_per_template": 4},
    ),
    Fault(
        "a failure mode that has many rows",
        "trl-kto",
        lambda p: [
            in_mode(begin(f"{p} {at}").ask(f"Who found {word}?", f"A {p} found {word}.").thumb(0, "down"), 7)
            for at, word in enumerate(STONES)
        ],
        {"failure_mode_cap": 8},
        kept=2,
        asked={"most_per_failure_mode": 2},
    ),
    Fault(
        "more good answers than bad ones",
        "trl-kto",
        lambda p: [like(f"{p} {at}", f"Who found {word}?", f"A {p} found {word}.") for at, word in enumerate(STONES)],
        {"balance": 10},
        asked={"balance": 1},
        spares_the_clean=False,
    ),
)

BROKEN = (
    Fault("an answer without a text", "trl-sft", lambda p: [like(f"{p} 1", sleep(p), "")], {"empty": 1}),
    Fault("an answer of blanks", "trl-sft", lambda p: [like(f"{p} 1", sleep(p), " \n\t ")], {"empty": 1}),
    Fault(
        "an answer of characters that nobody sees",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), "\u200b\u200b\ufeff")],
        {"empty": 1},
    ),
    Fault(
        "a call that failed",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), {"text": "Internal error 500", "outcome": "error"})],
        {"failed": 1},
    ),
    Fault(
        "an answer that was cut off",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), {"text": f"Most {p} sleep under", "outcome": "truncated"})],
        {"incomplete": 1},
    ),
    Fault(
        "an answer that turns in a circle",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), f"All {p} sleep under leaves in the wood. " * 40)],
        {"loop": 1},
    ),
    Fault(
        "an answer that declines, and is praised",
        "trl-sft",
        lambda p: [like(f"{p} 1", f"How much do {p} weigh?", "I'm sorry, but I can't help with that.")],
        {"refusal": 1},
    ),
    Fault(
        "a row that is too long",
        "trl-sft",
        lambda p: [like(f"{p} 1", f"Tell me of {p}.", " ".join(f"{p}{at}" for at in range(500)))],
        {"too_long": 1},
        asked={"longest": 2_000},
    ),
    Fault(
        "a tool call without its result",
        "trl-sft",
        lambda p: [use_tool(p, {"who": p}, "", answered=False, asked=f"And the {p}?")],
        {"orphan_tool_call": 1},
    ),
    Fault(
        "a result without its tool call",
        "trl-sft",
        lambda p: [use_tool(p, {}, f"one entry: {p}", called=False)],
        {"orphan_tool_call": 1},
    ),
    Fault(
        "a call of a tool that the model was not told of",
        "trl-sft",
        lambda p: [use_tool(p, {"who": p}, f"one entry: {p}", tools=("weigh", "feed"))],
        {"undeclared_tool": 1},
    ),
    Fault(
        "an infinite number in the arguments of a tool",
        "trl-sft",
        lambda p: [use_tool(p, {"above": float("inf")}, f"one entry: {p}")],
        {"not_json": 1},
    ),
    Fault(
        "a prompt that ends with an answer",
        "trl-sft",
        lambda p: [send(p, Message("user", sleep(p)), Message("assistant", "Let me see."))],
        {"wrong_last_role": 1},
    ),
    Fault(
        "a prompt without a user",
        "trl-sft",
        lambda p: [send(p, Message("system", f"Greet whoever comes, {p} above all."))],
        {"no_user_message": 1},
    ),
    Fault(
        "a text that is not kept",
        "trl-sft",
        lambda p: [send(p, Message("user", stand_in(sleep(p), b"secret")))],
        {"text_not_kept": 1},
    ),
    Fault(
        "an image in a message",
        "trl-sft",
        lambda p: [send(p, Message("user", sleep(p), parts=({"type": "image_url", "url": "data:,x"},)))],
        {"not_text": 1},
    ),
    Fault(
        "a role that no trainer knows",
        "trl-sft",
        lambda p: [send(p, Message("narrator", "Night falls."), Message("user", sleep(p)))],
        {"unknown_role": 1},
    ),
    Fault(
        "characters that turn or hide what is read",
        "trl-sft",
        lambda p: [like(f"{p} 1", f"Where do \u202e{p}\u202c sleep\x00\x1b[2J?", f"Under\u200b leaves\ufeff, {p}.")],
        kept=1,
        gone=("\u202e", "\u202c", "\\u0000", "\\u001b", "\u200b", "\ufeff"),
        there=("leaves",),
    ),
    Fault(
        "such characters in the names of a tool's arguments",
        "trl-sft",
        lambda p: [use_tool(p, {"w\u202eho\x00": p}, f"one entry: {p}")],
        kept=1,
        gone=("\u202e", "\\u0000"),
        there=('"who"',),
    ),
    Fault(
        "an answer in a language that was not asked for",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), "Unter Blättern schlafen die meisten von ihnen, denke ich jedenfalls.")],
        {"language": 1},
        asked={"languages": ("en",)},
    ),
    Fault(
        "a language that was not asked for",
        "trl-sft",
        lambda p: [
            like(
                f"{p} 1",
                "Wo schlafen eigentlich die Motten, wenn es draußen hell ist?",
                "Die meisten schlafen unter Blättern oder in alten Scheunen.",
            )
        ],
        {"language": 1},
        asked={"languages": ("en",)},
    ),
)

MISJUDGED = (
    Fault(
        "a machine that tried again",
        "trl-dpo",
        lambda p: [begin(f"{p} 1").ask(sleep(p), leaves(p), f"In barns, {p} say.")],
        {"machine_retry": 1},
    ),
    Fault(
        "another system prompt for the second answer",
        "trl-dpo",
        lambda p: [
            ask_again(f"{p} 1", sleep(p), leaves(p), f"In barns, {p} say.").change_generation(
                0, 0, system_instructions="Be brief."
            )
        ],
        {"different_prompts": 1},
    ),
    Fault(
        "an answer that is the beginning of the other",
        "trl-dpo",
        lambda p: [ask_again(f"{p} 1", sleep(p), leaves(p), f"{leaves(p)} And in barns.")],
        {"prefix": 1},
    ),
    Fault(
        "two answers that are equal but for blanks",
        "trl-dpo",
        lambda p: [ask_again(f"{p} 1", sleep(p), leaves(p), leaves(p).replace(" ", "  "))],
        {"same_text": 1},
    ),
    Fault(
        "somebody who asks again and again",
        "trl-dpo",
        lambda p: [ask_again(f"{p} 1", sleep(p), leaves(p), f"{p}: barns.", f"{p}: attics.", f"{p}: hedges.")],
        {"browsing": 3},
    ),
    Fault(
        "an edit of one word of many",
        "trl-dpo",
        lambda p: [edit(f"{p} 1", sleep(p), tell_of(p) * 2, f"{tell_of(p)}{tell_of(p).replace('simply', 'just')}")],
        {"edit_too_small": 1},
    ),
    Fault(
        "an edit that leaves nothing of the answer",
        "trl-dpo",
        lambda p: [edit(f"{p} 1", sleep(p), tell_of(p), "No idea, ask the zoo.")],
        {"edit_too_large": 1},
    ),
    Fault(
        "an answer that one person liked and then disliked",
        "trl-kto",
        lambda p: [like(f"{p} 1", sleep(p), leaves(p)).thumb(0, "down")],
        {"contradictory_thumbs": 1},
    ),
    Fault(
        "an answer that is praised and complained of",
        "trl-sft",
        lambda p: [like(f"{p} 1", sleep(p), leaves(p)).notice(0, "complaint")],
        {"criticised": 1},
    ),
    Fault(
        "a guess that is less sure than was asked for",
        "trl-kto",
        lambda p: [begin(f"{p} 1").ask(sleep(p), leaves(p)).notice(0, "rephrase", confidence=0.6)],
        {"unsure": 1},
        asked={"confidence": 0.95},
    ),
    Fault(
        "better answers that are longer, again and again",
        "trl-dpo",
        lambda p: [
            ask_again(
                f"{p} {at}", f"Who found {word}?", f"A {p}.", f"Some say that it was a {p} who found {word} first."
            )
            for at, word in enumerate(STONES)
        ],
        {"length": 6},
        asked={"match_lengths": True},
        spares_the_clean=False,
    ),
)

FAULTS = (*PRIVATE, *REPEATED, *BROKEN, *MISJUDGED)
