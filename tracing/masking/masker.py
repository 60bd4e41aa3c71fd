"""Values of attributes and columns come in, with their names; what may be stored of them goes out.

A `Masker` serves one request. Whatever goes wrong, a text is left out whole rather than kept as it came, and the
request is not refused for it.
"""

import base64
import hashlib
import hmac
import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from tracing.masking.names import IDS, USERS, Treatment, choose_treatment, is_telling
from tracing.masking.rules import Masking
from tracing.masking.texts import Span, TextMasker, Watcher

logger = logging.getLogger(__name__)

LONGEST_REMEMBERED: Final = 100
"""Characters of values that mostly come again: of models, versions, ids."""
MOST_REMEMBERED: Final = 1_000
TOOK_TOO_LONG: Final = "[MASKED: a pattern took too long]"
UNREADABLE: Final = "[MASKED: it could not be read]"
PSEUDONYM: Final = re.compile(r"masked-[0-9a-f]{16}(?:\n[0-9a-f]{16})?")
"""Those of the SDK, too, and those of feedback that is about something else by now."""
PSEUDONYM_RULE: Final = "pseudonym"
"""What a watcher is told of ids that become one."""
NUMBERS: Final = frozenset(("int", "double"))
UNCHANGED: Final = frozenset((Treatment.KEEP, Treatment.ID, Treatment.TEXT))
"""Treatments under which a value stays in which there is nothing to mask."""
NO_TEXTS: Final = frozenset(("bool", "empty"))


@dataclass(slots=True)
class Named:
    """What is done with the values of a name, and what became of short ones."""

    treatment: Treatment
    masked_name: str
    seen: dict[str, str] = field(default_factory=dict)


class Masker:
    """The rules of a project at work on one request. `secret`: what pseudonyms are made with."""

    def __init__(self, masking: Masking, secret: bytes, watcher: Watcher | None = None) -> None:
        self.masking = masking
        self.timeouts: Counter[str] = Counter()
        """Texts that were left out, by the name of the pattern that took too long."""
        self._secret = secret
        self._names: dict[str, Named] = {}
        self._plain: set[str] = set()
        """Names that neither change nor say anything of their values."""
        self._watcher = watcher
        self._texts = TextMasker(masking, self._mask_named_id, watcher)
        self._ids = TextMasker(masking, self._mask_named_id, None) if watcher else self._texts

    def change(self, key: str, text: str, kind: str = "") -> str | None:
        """What may be stored of a value; None where it goes, and its name with it. `kind`: its type, if no text."""
        named = self._names.get(key) or self._meet(key)
        treatment = named.treatment
        if treatment is Treatment.TEXT and not kind:
            if len(text) > LONGEST_REMEMBERED:
                return self.mask_text(text, key)
            known = named.seen.get(text)
            if known is None:
                known = self._remember(named, text, self.mask_text(text, key))
            return known
        if treatment is Treatment.DROP:
            return None
        if treatment is Treatment.KEEP or not text or kind in NO_TEXTS:
            return text
        if treatment in (Treatment.ID, Treatment.USER):
            return named.seen.get(text) or self._remember(named, text, self.mask_id(text, key))
        return self._change_typed(key, treatment, text, kind)

    def change_name(self, key: str) -> str:
        """The name itself, without values that have a form of their own."""
        return (self._names.get(key) or self._meet(key)).masked_name

    def leaves(self, strings: Mapping[str, str], types: Mapping[str, str]) -> bool:
        """Whether all attributes stay as they are: told by their names, and by one look at all texts at once."""
        if not self.masking.is_gated or self._watcher is not None:
            return False
        if not strings.keys() <= self._plain and not all(map(self._is_plain, strings, map(types.get, strings))):
            return False
        if "bytes" in types.values():
            return False
        return not self._texts.may_change("\0".join(strings.values()))

    def mask_text(self, text: str, key: str = "") -> str:
        """Without what is to be masked; JSON stays JSON."""
        return self._try(lambda: self._texts.mask(key, text))

    def mask_id(self, text: str, key: str = "identifier") -> str:
        """An id, or where it holds what is to be masked a pseudonym: the same for the same id of the project."""
        always = self.masking.hides_users and key in USERS
        if not text or PSEUDONYM.fullmatch(text):
            return text
        if not always and self._try(lambda: self._ids.mask("", text)) == text:
            return text
        if self._watcher is not None:
            self._watcher(key, text, [Span(0, len(text), PSEUDONYM_RULE)])
        return make_pseudonym(self._secret, text)

    def _mask_named_id(self, name: str, text: str) -> str | None:
        return self.mask_id(text, name) if name in IDS else None

    def _is_plain(self, key: str, kind: str | None) -> bool:
        """Whether a value of this name and type is left to its text, and the name stays."""
        if key in self._plain:
            return True
        named = self._names.get(key) or self._meet(key)
        if named.masked_name != key or named.treatment not in UNCHANGED:
            return False
        return kind in NUMBERS or not is_telling(key)

    def _meet(self, key: str) -> Named:
        if len(self._names) >= MOST_REMEMBERED:
            self._names.clear()
            self._plain.clear()
        named = self._names[key] = Named(*meet_name(self.masking, key))
        if named.masked_name == key and named.treatment in UNCHANGED and not is_telling(key):
            self._plain.add(key)
        return named

    def _remember(self, named: Named, text: str, masked: str) -> str:
        if len(named.seen) >= MOST_REMEMBERED:
            named.seen.clear()
        named.seen[text] = masked
        return masked

    def _change_typed(self, key: str, treatment: Treatment, text: str, kind: str) -> str:
        if kind in NUMBERS and treatment is not Treatment.SECRET and not self.masking.hides_numbers:
            return text
        if kind == "bytes":
            return self._try(lambda: self._mask_bytes(key, text))
        return self.mask_text(text, key)

    def _mask_bytes(self, key: str, text: str) -> str:
        """Bytes that are text are masked like text."""
        try:
            plain = base64.b64decode(text, validate=True).decode()
        except ValueError:
            return text
        masked = self._texts.mask(key, plain)
        return text if masked == plain else base64.b64encode(masked.encode()).decode()

    def _try(self, mask: Callable[[], str]) -> str:
        try:
            return mask()
        except TimeoutError as error:
            self.timeouts[str(error)] += 1
            return TOOK_TOO_LONG
        except Exception:  # a fault of ours must neither uncover a text nor have its request sent for ever
            logger.exception("A text could not be masked; it is left out")
            return UNREADABLE


@lru_cache(maxsize=10_000)
def meet_name(masking: Masking, key: str) -> tuple[Treatment, str]:
    """What is done with values of a name, and the name as it is stored."""
    masker = TextMasker(masking, lambda _name, _text: None, None)
    try:
        return choose_treatment(masking, key), masker.mask_name(key)
    except Exception:  # as with texts
        logger.exception("A name could not be masked; it is left out")
        return choose_treatment(masking, key), UNREADABLE


def make_pseudonym(secret: bytes, text: str) -> str:
    """One that nobody without the secret can reckon back to an address or a phone.

    >>> make_pseudonym(b"s", "anna@mailbox.dk") == make_pseudonym(b"s", "anna@mailbox.dk")
    True
    """
    digest = hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)
    return f"masked-{digest.hexdigest()[:16]}"
