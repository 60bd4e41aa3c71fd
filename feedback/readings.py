"""What later messages say, as the running platform reads them: materials come in and go out with their readings.

The door to the readers: all messages of a batch are read quickly at once, and the likeliest of them, a share of what
came lately (`TACIT_TRANSFORMER_SHARE`), thoroughly. Conversations that machines led are not read thoroughly. A message
is counted and read once: a conversation that is heard again at each turn has its readings remembered.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from django.conf import settings

from feedback.detectors.exchanges import exchanges_of
from feedback.detectors.material import Material
from feedback.reactions import reaction as readers
from feedback.reactions.budget import Budget
from feedback.reactions.reaction import Exchange, Reading
from feedback.reactions.reader import load_reader
from feedback.reactions.static import read_static

MOST_REMEMBERED = 20_000
"""Readings that are remembered of each tier, the latest asked for; one takes about a kilobyte."""
WEIGHTS = ("*.json", "*.npz", "*.onnx")

logger = logging.getLogger(__name__)


class Memory:
    """Readings by digest of their exchange; what was not asked for the longest is forgotten first."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._readings: OrderedDict[bytes, Reading] = OrderedDict()

    def find(self, key: bytes) -> Reading | None:
        if key in self._readings:
            self._readings.move_to_end(key)
        return self._readings.get(key)

    def keep(self, key: bytes, reading: Reading) -> None:
        self._readings[key] = reading
        self._readings.move_to_end(key)
        if len(self._readings) > self._most:
            self._readings.popitem(last=False)


class Readings:
    """Reads exchanges, of all that it was ever given the likeliest `share` thoroughly; safe to use from threads.

    `model` is a directory with another transformer than the shipped one.
    """

    def __init__(self, share: float, model: Path | None = None) -> None:
        self._model = model
        self._budget = Budget(share)
        self._thorough, self._quick = Memory(), Memory()
        self._lock = threading.Lock()
        self._is_broken = False

    def read(self, exchanges: Sequence[Exchange]) -> list[Reading]:
        """What each says. Those that were read before are read as they were."""
        keys = [digest_exchange(each) for each in exchanges]
        with self._lock:
            known = {key: self._thorough.find(key) or self._quick.find(key) for key in keys}
            new = {key: each for key, each in zip(keys, exchanges, strict=True) if known[key] is None}
            found = self._read_new(new)
        return [known[key] or found[key] for key in keys]

    def _read_new(self, exchanges: Mapping[bytes, Exchange]) -> dict[bytes, Reading]:
        if not exchanges:
            return {}
        readings = dict(zip(exchanges, read_static(list(exchanges.values())), strict=True))
        keys = list(readings)
        chosen = [keys[place] for place in self._budget.choose([readings[key].feedback for key in keys])]
        thorough = self._read_thoroughly([exchanges[key] for key in chosen], [readings[key] for key in chosen])
        readings |= zip(chosen, thorough, strict=True)
        for key, reading in readings.items():
            (self._quick if reading.tier == "static" else self._thorough).keep(key, reading)
        return readings

    def _read_thoroughly(self, exchanges: Sequence[Exchange], quick: Sequence[Reading]) -> Sequence[Reading]:
        """What was read quickly where the transformer fails, which is said once."""
        if self._is_broken or not exchanges:
            return quick
        try:
            return load_reader(self._model).read_again(exchanges, quick)
        except Exception:
            self._is_broken = True
            logger.warning("the transformer failed; until the next start messages are read without it", exc_info=True)
            return quick


def digest_exchange(exchange: Exchange) -> bytes:
    told = "\0".join((exchange.message, exchange.request, exchange.answer, exchange.reply))
    return hashlib.blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@cache
def get_readings() -> Readings:
    """Those of this process."""
    return Readings(settings.TRANSFORMER_SHARE, Path(settings.TRANSFORMER) if settings.TRANSFORMER else None)


def read_materials(materials: Sequence[Material]) -> list[Material]:
    """The same materials; those of people with what their later messages say."""
    exchanges = [{} if each.verdict.kind else exchanges_of(each.conversation) for each in materials]
    found = iter(get_readings().read([exchange for each in exchanges for exchange in each.values()]))
    readings = [{index: next(found) for index in each} for each in exchanges]
    return [
        each if each.verdict.kind else replace(each, readings=of_each)
        for each, of_each in zip(materials, readings, strict=True)
    ]


@cache
def describe_readers() -> str:
    """A digest of everything that the readers learnt: it changes when they are trained again."""
    folder = Path(readers.__file__).parent
    paths = sorted(path for pattern in WEIGHTS for path in folder.rglob(pattern))
    digest = hashlib.sha256(settings.TRANSFORMER.encode())
    for path in paths:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]
