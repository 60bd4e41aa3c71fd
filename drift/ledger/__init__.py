"""The ledger: model calls come in, what is new about them goes out, at the first call that has it.

`entries.py` is where to begin; `fields.py` lists what is watched.
"""

from drift.ledger.entries import Event, Ledger
from drift.ledger.fields import Call

__all__ = ["Call", "Event", "Ledger"]
