"""An answer's markdown comes in, HTML that is safe to show goes out. Text from traces is hostile."""

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from feedback.pages.code_colours import CLASSES, colour_code
from tracing.texts.stand_ins import count_characters, is_kept

MAX_CHARACTERS = 60_000
"""Beyond it text is shown as it is: parsing time stays bounded."""
MOST_BRACKETS = 2_000
"""The parser looks for the end of a link from each of them on."""
REMEMBERED = 1_000
REMEMBERED_CHARACTERS = 8_000
"""Short answers are remembered: a live page shows the same ones again and again."""

TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li", "strong", "em", "s", "a", "span"),
    *("h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, "pre": {"data-language"}, "span": set()}
SCHEMES = {"http", "https", "mailto"}
MATH = (("\\(", "\\)"), ("\\[", "\\]"), ("$$", "$$"))
"""What opens and closes a formula; it is shown as it was written."""


def keep_formula(state: StateInline, silent: bool) -> bool:
    """A rule of the parser: a formula is text, in which nothing is markdown."""
    for opens, closes in MATH:
        if state.src.startswith(opens, state.pos) and state.env.get(closes) is not state.src:
            end = state.src.find(closes, state.pos + len(opens), state.posMax)
            if end < 0:
                state.env[closes] = state.src  # it ends nowhere in this text, looked for from wherever
                continue
            if not silent:
                state.push("text", "", 0).content = state.src[state.pos : end + len(closes)]
            state.pos = end + len(closes)
            return True
    return False


_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True})
_PARSER.enable(["table", "strikethrough"]).disable("image")
_PARSER.inline.ruler.before("escape", "formula", keep_formula)
_TOP_HEADING = 3
"""Headings of an answer stand below those of the page."""


def render_markdown(text: str) -> str:
    """Return HTML of a few harmless tags: no images, no remote content, no scripts. Code has its colours, and a link
    says where it leads.

    >>> render_markdown("<b>x</b> **y**")
    '<p>&lt;b&gt;x&lt;/b&gt; <strong>y</strong></p>\\n'
    """
    if not is_kept(text):
        return f'<p class="soft">{tell_length(text)}</p>'
    clean = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if len(clean) > MAX_CHARACTERS or clean.count("[") > MOST_BRACKETS:
        return f"<pre>{escape(clean)}</pre>"
    return render_remembered(clean) if len(clean) <= REMEMBERED_CHARACTERS else render_clean(clean)


def tell_length(text: str) -> str:
    """Words for a text that is not kept.

    >>> from tracing.texts.stand_ins import stand_in
    >>> tell_length(stand_in("Yes", b"secret"))
    'text not kept · 3 characters'
    """
    count = count_characters(text)
    return f"text not kept · {count:,} {'character' if count == 1 else 'characters'}"


def render_clean(clean: str) -> str:
    tokens = _PARSER.parse(clean)
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, _TOP_HEADING + int(token.tag[1]))}"
        elif token.type == "inline" and token.children:
            token.children = name_targets(token.children)
    return nh3.clean(
        _PARSER.renderer.render([write_code(token) for token in tokens], _PARSER.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes={"span": CLASSES},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


render_remembered = lru_cache(maxsize=REMEMBERED)(render_clean)


def write_code(token: Token) -> Token:
    """A block of code with its colours, by the language that it names; any other token as it is."""
    if token.type not in ("fence", "code_block"):
        return token
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    return Token("html_block", "", 0, content=colour_code(token.content, language))


def name_targets(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with the place behind each link whose words are not that place."""
    named: list[Token] = []
    address, words = "", ""
    for token in tokens:
        named.append(token)
        if token.type == "link_open":
            address, words = str(token.attrs.get("href", "")), ""
            token.attrs = {"href": address, "title": address}
        elif token.type == "link_close":
            place = find_place(address)
            if place and words.strip() not in (place, address, address.partition("://")[2]):
                named.append(Token("html_inline", "", 0, content=f' <span class="leads-to">({escape(place)})</span>'))
        else:
            words += token.content
    return named


def find_place(address: str) -> str:
    """The server, or the mailbox, that an address leads to; empty where it leads nowhere outside.

    >>> find_place("https://user@evil.example:8000/login"), find_place("mailto:a@b.example"), find_place("#top")
    ('evil.example', 'a@b.example', '')
    """
    try:
        parts = urlsplit(address)
        return parts.path if parts.scheme == "mailto" else parts.hostname or ""
    except ValueError:
        return ""
