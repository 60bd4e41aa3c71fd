"""An answer's markdown comes in, HTML that is safe to show goes out. Text from traces is hostile."""

from html import escape

import nh3
from markdown_it import MarkdownIt

MAX_CHARACTERS = 60_000
"""Beyond it text is shown as it is: parsing time stays bounded."""

TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "ul", "ol", "li", "strong", "em", "s", "a"),
    *("h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_PARSER = MarkdownIt("commonmark", {"html": False, "breaks": True})
_PARSER.enable(["table", "strikethrough"]).disable("image")
_TOP_HEADING = 3
"""Headings of an answer stand below those of the page."""


def render_markdown(text: str) -> str:
    """Return HTML of a few harmless tags: no images, no remote content, no scripts.

    >>> render_markdown("<b>x</b> **y**")
    '<p>&lt;b&gt;x&lt;/b&gt; <strong>y</strong></p>\\n'
    """
    clean = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    if len(clean) > MAX_CHARACTERS:
        return f"<pre>{escape(clean)}</pre>"
    tokens = _PARSER.parse(clean)
    for token in tokens:
        if token.type.startswith("heading_"):
            token.tag = f"h{min(6, _TOP_HEADING + int(token.tag[1]))}"
    return nh3.clean(
        _PARSER.renderer.render(tokens, _PARSER.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
