"""Does a correction tell what the model could not know? The message and what was said before it come in, the words that
are new go out.

Who says "that is wrong, I asked for the capital" gives nothing away that was not there; who says "it is Canberra" does,
and a model that learns to answer so at once learns to guess. So every word, number and name has to stand in what was
said before, unless it is of those that sentences are made of, or that only say that something is wrong. In languages
whose words are not known here, and where words are not set apart, more is taken for new than is.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from feedback.reactions.concepts import fold_text, list_tokens, load_concepts

FUNCTION_WORDS: Final = frozenset(Path(__file__).with_name("function_words.txt").read_text(encoding="utf-8").split())
"""Of seven languages, and what is said of answers in them."""
SAYS_IT_IS_WRONG: Final = frozenset(
    {"wrong", "no", "not what I asked", "I said", "I meant", "actually", "again", "are you sure", "but", "instead"}
    | {"missing", "ok", "please", "repeat", "still", "thanks", "wait", "you", "understand", "useless", "made up"}
)
"""Of the concepts that people's reactions are heard by, those that tell nothing of the matter."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def list_new_words(message: str, before: Iterable[str]) -> list[str]:
    """Words of a message that say something and stand in none of the texts before it.

    >>> list_new_words("No, I asked for the capital!", ["What is the capital of Australia?", "Sydney."])
    []
    >>> list_new_words("Wrong, it is Canberra.", ["What is the capital of Australia?", "Sydney."])
    ['canberra']
    """
    known = {_shorten(word) for text in before for word in list_words(text)}
    said = list_words(_blank_reproaches(message))
    return [word for word in said if word not in FUNCTION_WORDS and _shorten(word) not in known]


def list_words(text: str) -> list[str]:
    return [word.casefold().replace("’", "'") for word in _WORD.findall(text)]


def _shorten(word: str) -> str:
    """Without the letters of a plural or of what is somebody's; numbers stay as they are.

    >>> _shorten("capital's"), _shorten("capitals"), _shorten("1990s")
    ('capital', 'capital', '1990s')
    """
    if not word.replace("'", "").isalpha():
        return word
    return word.removesuffix("'s").removesuffix("s") if len(word) > len("its") else word


def _blank_reproaches(message: str) -> str:
    """The message without what only says that something is wrong, in any language."""
    folded, concepts = fold_text(message), load_concepts()
    for found in concepts.find(folded, list_tokens(folded), concepts.words):
        if found.concept in SAYS_IT_IS_WRONG:
            message = message[: found.start] + " " * (found.end - found.start) + message[found.end :]
    return message
