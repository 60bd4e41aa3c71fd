"""Which dialogues the client of Anthropic holds: the five, or those of `anthropic_more` where there is an argument."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import anthropic
from anthropic_dialogues import DIALOGUES
from anthropic_more import DIALOGUES as MORE
from histories import HISTORIES


def talk(client: anthropic.Anthropic, begin: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Every dialogue inside `begin(name)`, which says whose it is as the instrumentation has it; histories without."""
    for name, dialogue in (MORE if len(sys.argv) > 1 else DIALOGUES).items():
        if name in HISTORIES:
            dialogue(client)
        else:
            with begin(name):
                dialogue(client)
