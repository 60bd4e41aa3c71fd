"""`/tacit.js` out of its source: without comments and white space, and with short names for what only it knows.

Run as `python -m tests.browser.squeeze`, it writes the file.
"""

import re
from pathlib import Path

STATIC = Path(__file__).parents[2] / "static"
SOURCE = STATIC / "js" / "tacit.source.js"
SERVED = STATIC / "root" / "tacit.js"

NAMES = (
    *("script", "url", "queue", "streams", "busy", "timer", "wait", "later", "flush", "closing", "items", "failed"),
    *("answer", "item", "send", "target", "fields", "on", "nearest", "element", "part", "box", "event", "button"),
    *("given", "each", "ms"),
)
"""Variables of the source, none of them a property written `{name}`: at most one for each letter and more."""
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def squeeze(source: str) -> str:
    """The same program, shorter.

    >>> squeeze('// why\\nconst wait = 1;\\nlater((ms) => {\\n  answer({wait: queue.wait, b: "a wait"});\\n});\\n')
    'let g=1;h(A=>{m({wait:c.wait,b:"a wait"})})'
    """
    code = "".join(line.strip() for line in source.splitlines() if not line.strip().startswith("//"))
    pieces = re.split(r'("[^"]*"|`[^`]*`)', code)
    return "".join(piece if index % 2 else shorten(piece) for index, piece in enumerate(pieces)).rstrip(";")


def shorten(code: str) -> str:
    """Code between two texts."""
    for name, letter in zip(NAMES, LETTERS, strict=False):
        code = re.sub(rf"(?<![\w.]){name}(?![\w:])|(?<=\.\.\.){name}\b", letter, code)
    code = re.sub(r"\((\w)\) =>", r"\1 =>", code)
    code = re.sub(r"\bconst\b", "let", re.sub(r"\btrue\b", "!0", code))
    code = re.sub(r" ?([=<>|&?:;,+*(){}\[\]!-]) ?", r"\1", code)
    return re.sub(r"[;,]+([})])", r"\1", code)


if __name__ == "__main__":
    SERVED.write_text(squeeze(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
