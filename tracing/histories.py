"""What an exchange tells of the dialogue that it belongs to, as keys by which exchanges without a conversation id find
each other: what it goes on from (`continues`), and what goes on from it (`told`).

Each call resends what was said before it. So an exchange goes on from the one whose messages and answer are its own
history; or whose answer the provider holds (`previous_response_id`); or, where the app sends only the last messages or
a summary in place of the older ones, from the one that its last two messages repeat. Every key holds who sent it (user,
else where from; service; environment), so that nobody ever goes on with another user's dialogue. White space, tool
calls and system instructions make no difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import product

from tracing.generations import Generation, Message
from tracing.texts.stand_ins import count_characters

ALWAYS, LATELY, JUST_NOW = range(3)
REACH_NS = (2**63, 24 * 3600 * 10**9, 600 * 10**9)
"""How long before an exchange what it goes on from may have begun: the last two bits of a key say which."""
SHORTEST_TAIL = 40
"""Characters that the last two messages of a history have at least, where they alone are to tell a dialogue."""
SHORTEST_REPEAT = 12
"""Characters from which on the same words again count as the same request, where no history tells."""
WHITE_SPACE = b" \t\r\n\v\f"
PARTY = {"user": b"u", "assistant": b"a"}


def find_reach(key: int) -> int:
    """Nanoseconds that may lie between two exchanges with this key."""
    return REACH_NS[key & 3]


def is_lasting(key: int) -> bool:
    """Whether a key tells a dialogue at any time."""
    return key & 3 == ALWAYS


@dataclass(frozen=True, slots=True)
class Ties:
    """Keys of one exchange. `continues` has the surest first: the first that anything is found by decides."""

    continues: tuple[int, ...] = ()
    told: tuple[int, ...] = ()


class Origin:
    """Who sent an exchange. `address` tells people apart where no user is known."""

    def __init__(self, user_id: str, service_name: str, environment: str, address: str = "") -> None:
        self.user_id = user_id
        who = f"user {user_id}" if user_id else f"address {address}"
        self._digest = blake2b(b"\0".join(map(fold, (who, service_name, environment))), digest_size=8)

    def begin(self, kind: bytes) -> "blake2b":
        """A hash that what this sender alone sent goes into."""
        digest = self._digest.copy()
        digest.update(b"\0" + kind + b"\0")
        return digest


@dataclass(frozen=True, slots=True)
class Past:
    """The messages of a call, as people said them: no tools, nothing empty."""

    history: tuple[Message, ...]
    """Up to the last answer before the user's message."""
    asked: tuple[Message, ...]
    """What the user said since then."""
    since: tuple[Message, ...]
    """What the model said after the user's message, between its tools."""
    answered_tool: str | None
    """Id of the call whose result came last; None where the user's message did."""


def fold(text: str) -> bytes:
    """A text without its white space."""
    return text.encode("utf-8", "surrogatepass").translate(None, WHITE_SPACE)


def read_past(messages: Sequence[Message]) -> Past:
    said = [message for message in messages if message.role in PARTY and message.content]
    users = [place for place, message in enumerate(said) if message.role == "user"]
    last = users[-1] if users else -1
    began = next((place for place in range(last, -1, -1) if said[place].role == "assistant"), -1) + 1
    result = messages[-1] if messages and messages[-1].role == "tool" else None
    return Past(
        history=tuple(said[:began]),
        asked=tuple(said[began : last + 1]),
        since=tuple(said[last + 1 :]),
        answered_tool=None if result is None else result.tool_call_id,
    )


def tell(digest: "blake2b", messages: Iterable[Message]) -> "blake2b":
    """The hash with these messages in it."""
    for message in messages:
        digest.update(PARTY[message.role] + fold(message.content) + b"\0")
    return digest


def close(digest: "blake2b", reach: int = ALWAYS) -> int:
    return int.from_bytes(digest.digest(), "big") & ~3 | reach


def tie(origin: Origin, generations: Sequence[Generation], user_text: str, answers: Sequence[str]) -> Ties:
    """The keys of an exchange: its model calls by start, the user's own words, its answer as it may be resent."""
    first, last = read_past(generations[0].input_messages), read_past(generations[-1].input_messages)
    answered = [Message("assistant", text) for text in dict.fromkeys(answers) if text]
    told = [*tell_exact(origin, first, last, user_text, answered), *tell_tail(origin, first, user_text, answered)]
    for generation in generations:
        told += [hash_texts(origin, b"response", (each,)) for each in (generation.response_id,) if each]
        told += [hash_tool(origin, first, call.id) for said in generation.output_messages for call in said.tool_calls]
    if origin.user_id:
        told.append(hash_texts(origin, b"users", list_users(first), LATELY))
        if not first.history:
            told.append(hash_texts(origin, b"again", (user_text,), JUST_NOW))
    return Ties(list_continued(origin, generations[0], first, user_text), tuple(dict.fromkeys(told)))


def list_continued(origin: Origin, generation: Generation, past: Past, user_text: str) -> tuple[int, ...]:
    if past.answered_tool is not None and past.asked:
        return (hash_tool(origin, past, past.answered_tool),)
    keys = []
    if generation.previous_response_id:
        keys.append(hash_texts(origin, b"response", (generation.previous_response_id,)))
    if past.history:
        keys.append(close(tell(origin.begin(b"exact"), past.history)))
        keys += list_tails(origin, past.history)
    if origin.user_id:
        users = [message.content for message in past.history if message.role == "user"]
        if users:
            keys.append(hash_texts(origin, b"users", users, LATELY))
        elif not past.history and count_characters(user_text) >= SHORTEST_REPEAT:
            keys.append(hash_texts(origin, b"again", (user_text,), JUST_NOW))
    return tuple(keys)


def list_tails(origin: Origin, history: Sequence[Message]) -> list[int]:
    """The key of the user's last message and its answer, where they are long enough to tell a dialogue by."""
    users = [place for place, message in enumerate(history) if message.role == "user"]
    tail = history[users[-1] :] if users else ()
    if len(tail) < 2 or sum(count_characters(message.content) for message in tail) < SHORTEST_TAIL:
        return []
    return [close(tell(origin.begin(b"tail"), (tail[0], tail[-1])), LATELY)]


def tell_exact(origin: Origin, first: Past, last: Past, user_text: str, answers: Sequence[Message]) -> list[int]:
    """The histories that a next call may send: with what the model got or the user's own words, with what it said
    between its tools or without."""
    before = tell(origin.begin(b"exact"), first.history)
    sent, own = before.copy(), before.copy()
    tell(sent, first.asked)
    tell(own, (Message("user", user_text),))
    keys = []
    for begun, answer in product((sent, own), answers):
        keys.append(close(tell(begun.copy(), (answer,))))
        if last.since:
            keys.append(close(tell(begun.copy(), (*last.since, answer))))
    return keys


def tell_tail(origin: Origin, past: Past, user_text: str, answers: Sequence[Message]) -> list[int]:
    asked = dict.fromkeys((*(message.content for message in past.asked[-1:]), user_text))
    begun = origin.begin(b"tail")
    return [
        close(tell(begun.copy(), (Message("user", text), answer)), LATELY)
        for text, answer in product(asked, answers)
        if text
    ]


def list_users(past: Past) -> list[str]:
    return [message.content for message in (*past.history, *past.asked) if message.role == "user"]


def hash_texts(origin: Origin, kind: bytes, texts: Iterable[str], reach: int = ALWAYS) -> int:
    digest = origin.begin(kind)
    for text in texts:
        digest.update(fold(text) + b"\0")
    return close(digest, reach)


def hash_tool(origin: Origin, past: Past, call_id: str) -> int:
    """The key of a call of a tool that was made for the user's message."""
    digest = tell(origin.begin(b"tool"), (*past.history, *past.asked))
    digest.update(call_id.encode("utf-8", "surrogatepass"))
    return close(digest)
