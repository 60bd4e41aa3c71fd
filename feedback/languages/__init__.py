"""Which language a text is in: texts come in, a code of the language and how sure that is go out.

Everything here is pure and needs no network; the weights beside it were learnt by `feedback.training.languages`.
"""

from feedback.languages.identification import (
    UNKNOWN,
    Language,
    count_telling_words,
    find_probability,
    identify_language,
    is_plainly_english,
)
from feedback.languages.names import name_language
from feedback.languages.prose import read_prose

__all__ = [
    "UNKNOWN",
    "Language",
    "count_telling_words",
    "find_probability",
    "identify_language",
    "is_plainly_english",
    "name_language",
    "read_prose",
]
