"""Which dialogues the client of OpenAI holds: the seven, or those of `openai_more` where there is an argument."""

import sys

import openai
from histories import HISTORIES
from openai_dialogues import DIALOGUES, Begin, Dialogue
from openai_more import DIALOGUES as MORE

CHOSEN: dict[str, Dialogue] = MORE if len(sys.argv) > 1 else DIALOGUES


def talk(client: openai.OpenAI, begin: Begin) -> None:
    """Every dialogue inside `begin(name)`, which says whose it is as the instrumentation has it; histories without."""
    for name, dialogue in CHOSEN.items():
        if name in HISTORIES:
            dialogue(client)
        else:
            with begin(name):
                dialogue(client)
