"""A project in which every text that somebody else may write is hostile, in each table of both databases.

It is a side of the world of isolation (`tests/isolation/world.py`), whose rows are there already; the words are worse.
One more conversation has lines of a megabyte wherever people and programs write at any length.
"""

import time
from dataclasses import dataclass

from tests.isolation.world import SECOND_NS, Side, insert_derived, insert_raw, make_side
from tracing.store import Store

ELEMENT = "born-of-text"
"""A page with such an element took a text for its own."""
SCRIPTS = (
    f"<{ELEMENT} onclick=hostile()>x</{ELEMENT}><script>hostile()</script><img src=x onerror=hostile()>"
    "</textarea></title></style></script></option></select></details><svg onload=hostile()>"
)
ATTRIBUTES = "\" onmouseover=\"hostile()\" autofocus onfocus='hostile()' ' onpointerenter=hostile() x=`"
LINKS = (
    "[press](javascript:hostile()) ![seen](https://hostile.example/pixel.png) [data](data:text/html,<b>x</b>) "
    "<javascript:hostile()> <https://hostile.example/> vbscript:hostile()"
)
BRACES = "{{ 1234566|add:1 }}{% debug %}${1234566+1}{{constructor.constructor('hostile()')()}}#{1}<%= 1 %>"
CALCULATED = "1234567"
"""What the braces give where somebody takes them for a template."""
SQL = "' OR 1=1 -- \\' {project_id:UInt32} ; DROP TABLE otel_traces"
UNSEEN = "\u202egnp.exe\u2066\u200b\ufeff\x00\x1b[31m\x07\r\n\t"
EMOJI = "👩🏽‍🚀🏳️‍🌈" + "Z̸̡̢̧̛̗̱͚̺̖̖̼̬" + "ﷺ𒐫"
FORMULA = '=HYPERLINK("https://hostile.example","x")\n=cmd|\' /C calc\'!A0\n+1\n-1\n@SUM(1)'
HOSTILE = "\n".join((SCRIPTS, ATTRIBUTES, LINKS, BRACES, SQL, UNSEEN, EMOJI, FORMULA))
LONG_LINE = "x" * 1_000_000
LONG = frozenset({"asked", "answered", "text", "value", "body", "sent", "system_instructions", "explanation"})
"""What people and programs write at any length; the rest are names and ids, or bounded where they come in."""
SHORT = frozenset({"provider", "model"})
"""What a form takes 100 characters of, and gives back in REST."""


@dataclass
class HostileSide(Side):
    is_long: bool = False
    """Whether lines of a megabyte are being written."""

    @property
    def long_conversation(self) -> str:
        return f"long-{self.mark}"

    def word(self, what: str) -> str:
        text = f"=1+1 {what} {self.mark} {HOSTILE}"
        if what in SHORT:
            return f"=1 {self.mark} <{ELEMENT} onclick=hostile()> \" '{{{{ 1 }}}}\u202e"
        if what == "user":  # stands between quotation marks, in a filter that was read once
            return text.replace('"', "").replace("\n", " ")
        return text + LONG_LINE if self.is_long and what in LONG else text


def make_hostile_project(store: Store, first_id: int = 30_001) -> HostileSide:
    side = make_side(store, first_id, HostileSide)
    assert isinstance(side, HostileSide)
    add_long_lines(store, side)
    return side


def add_long_lines(store: Store, side: HostileSide) -> None:
    side.is_long = True
    trace = side.first_id + 1
    insert_raw(store, side, trace)
    insert_derived(store, side, side.long_conversation, trace, time.time_ns() - SECOND_NS)
    side.is_long = False
