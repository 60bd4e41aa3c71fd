"""How likely each new message is feedback comes in, which of them are worth a thorough reading goes out.

The thorough reader is slow, so it gets a share of all messages: the likeliest, measured by those that came lately, so
that messages that come one by one are chosen as those that come in thousands.
"""

import heapq
from collections import deque
from collections.abc import Sequence

WINDOW = 2_000
"""Messages that a new one is measured by."""
LEAST_LIKELY = 0.02
"""What is less likely to be feedback is not worth it, however much is left."""


class Budget:
    """Of all messages since the beginning never more than `share` (0 to 1) are chosen.

    What is left over when little likely comes is kept, as far as one window's share of it.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._left = 0.0
        self._lately: deque[float] = deque(maxlen=WINDOW)

    def choose(self, probabilities: Sequence[float]) -> list[int]:
        """Places of those to read thoroughly, the likeliest first; `probabilities` (0 to 1) has each message once."""
        self._lately.extend(probabilities)
        self._left = min(self._left, max(self._share * WINDOW, 1.0)) + self._share * len(probabilities)
        count = int(self._left + 1e-6)
        if not count:
            return []
        bar = self._find_bar()
        likely = [place for place, probability in enumerate(probabilities) if probability >= bar]
        chosen = heapq.nlargest(count, likely, key=lambda place: probabilities[place])
        self._left -= len(chosen)
        return chosen

    def _find_bar(self) -> float:
        """The least likely of that share of the latest messages that are the likeliest."""
        count = max(1, round(self._share * len(self._lately)))
        return max(LEAST_LIKELY, heapq.nlargest(count, self._lately)[-1])
