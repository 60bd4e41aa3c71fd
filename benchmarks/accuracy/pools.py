"""Hard negatives: messages that are no feedback and look like it, by what makes them look so.

Pools are told by what whoever labelled a message wrote beside it (`why`), or by the message itself. One message may
stand in several.
"""

import re
from collections.abc import Callable, Mapping

from feedback.training.chats import Labelled

Judge = Callable[[Labelled, str], bool]
LONG, SHORT = 300, 25


def says(pattern: str) -> Judge:
    """Whether the reason that was written beside the label has these words."""
    words = re.compile(pattern, re.IGNORECASE)
    return lambda _, why: words.search(why) is not None


def reads(pattern: str) -> Judge:
    """Whether the message has these words."""
    words = re.compile(pattern, re.IGNORECASE)
    return lambda each, _: words.search(each.exchange.message) is not None


POOLS: Mapping[str, Judge] = {
    "the next step of the task": says(r"\bnext\b|continu|goes on|further|volgende stap|suivant|下一步"),
    "refines the request": says(r"refine|style|variant|wish|wunsch|shorter|edge case|tone was not"),
    "answers a question or quiz": says(r"answer|guess|picks|chooses|choice|plays|a move in"),
    "reports or pastes": says(r"report|paste|adds? data|tells|example|content|names? the"),
    "its own mistake or change of mind": says(
        r"\bown (?:mis|mix|change|mind|circum|doubt|decision|memory)|changes? (?:\w+ )?mind|self-correct|mistake|admit"
    ),
    "third parties, quotes, texts to work on": says(
        r"third|quote|shop|boss|opponent|translate|text to|anger at|angry at|belong|kızgınlık|review|complaint"
    ),
    "play, jokes, small talk": says(r"role|game|jok|joc|small talk|outrage|in character"),
    "thanks by habit, politeness": says(r"polite|habit|thanks|ack\b|closing|formula|relief"),
    "opens with no, but, actually, wait": reads(
        r"^\W*(?:no|nope|nah|but|actually|wait|hm+|nein|aber|non|mais|pero|nee|нет|не|но|不|但|いや|아니)\b"
    ),
    "has words of failure": reads(
        r"\b(?:error|wrong|not|fail\w*|bad|doesn't|isn't|can't|never|terrible|hate|worse|useless|incorrect)\b"
    ),
    "is a question": reads(r"[?？؟]"),
    "answers the assistant's question": lambda each, _: each.exchange.answer.rstrip()[-1:] in ("?", "？", "؟"),
    "quotes something": reads(r'["“«„「]'),
    "pasted code, logs or lines": lambda each, _: (
        "```" in each.exchange.message or each.exchange.message.count("\n") > 3
    ),
    "short": lambda each, _: len(each.exchange.message) < SHORT,
    "long": lambda each, _: len(each.exchange.message) > LONG,
}
"""By what a pool holds."""
