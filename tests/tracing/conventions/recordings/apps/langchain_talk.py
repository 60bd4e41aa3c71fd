"""Which dialogues are held by LangChain: the five, or those of `langchain_more` where there is an argument."""

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from histories import HISTORIES
from langchain_dialogues import DIALOGUES
from langchain_more import DIALOGUES as MORE


def talk(begin: Callable[[str], AbstractContextManager[Any]]) -> None:
    """Every dialogue inside `begin(name)`, which says whose it is as the instrumentation has it; histories without."""
    for name, dialogue in (MORE if len(sys.argv) > 1 else DIALOGUES).items():
        if name in HISTORIES:
            dialogue({})
        else:
            with begin(name):
                dialogue({"configurable": {"thread_id": name}, "metadata": {"session_id": name, "user_id": "anna"}})
