"""Code and the language that it names come in; HTML with a class for each sort of word goes out, as
`static/css/pages/conversation.css` colours them. What is named otherwise, or long, stays plain."""

from html import escape

MOST_CHARACTERS = 20_000
SORTS = {
    "Comment": "c",
    "Keyword": "k",
    "String": "s",
    "Number": "m",
    "Name.Function": "nf",
    "Name.Class": "nf",
    "Name.Tag": "k",
    "Name.Attribute": "nf",
    "Name.Builtin": "nb",
    "Name.Decorator": "nb",
    "Generic.Deleted": "gd",
    "Generic.Inserted": "gi",
    "Generic.Heading": "c",
}
"""Class of each sort of token that has a look of its own; of finer sorts that of the sort that they belong to."""
CLASSES = {*SORTS.values(), "leads-to"}
"""All classes that the HTML of an answer may have."""
OTHER_NAMES = {"c++": "cpp", "shell": "bash", "jsonc": "json", "node": "javascript"}
UNSPOKEN = frozenset({"", "text", "txt", "plain", "plaintext", "none"})


def colour_code(code: str, language: str) -> str:
    """A block of code, with its language where that is known.

    >>> colour_code("<b>", "")
    '<pre><code>&lt;b&gt;</code></pre>\\n'
    """
    name = OTHER_NAMES.get(language.lower(), language.lower())
    if name in UNSPOKEN or len(name) > 30 or len(code) > MOST_CHARACTERS:
        return write_plain(code)
    coloured = find_colours(code, name)
    return write_plain(code) if coloured is None else coloured


def write_plain(code: str) -> str:
    return f"<pre><code>{escape(code)}</code></pre>\n"


def find_colours(code: str, name: str) -> str | None:
    """The same with colours; None where nothing is known of the language. Its library is slow to import."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import string_to_tokentype
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except (ClassNotFound, ImportError):
        return None
    sorts = [(string_to_tokentype(sort), css) for sort, css in SORTS.items()]
    words = []
    for kind, text in lexer.get_tokens(code):
        css = next((css for sort, css in sorts if kind in sort), "")
        words.append(f'<span class="{css}">{escape(text)}</span>' if css else escape(text))
    return f'<pre data-language="{escape(lexer.aliases[0])}"><code>{"".join(words)}</code></pre>\n'
