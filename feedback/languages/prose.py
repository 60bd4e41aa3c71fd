"""A message comes in, what of it is written by a person for people goes out: no code, links, paths, quotations."""

import re

MAX_CHARACTERS = 4_000
_FENCED = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_NO_PROSE = re.compile(
    r"`[^`\n]{1,400}`"
    r"|https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]{1,63}"
    r"|</?\w[^<>\n]{0,200}>"
    r"|^[ \t]*>.*$"
    r"|^(?: {4}|\t).*$"
    r"|[\w./\\-]{0,60}[\d_/\\=(){}\[\];@#$%|][\w./\\=(){}\[\];@#$%|-]*"
    r"|\b[a-z]+[A-Z]\w*",
    re.MULTILINE,
)
_QUOTED = re.compile(
    r"“[^“”]{1,600}”|„[^„“”]{1,600}[“”]|«[^«»]{1,600}»|「[^「」]{1,400}」|『[^『』]{1,400}』|\"[^\"\n]{2,400}\""
)


def read_prose(text: str) -> str:
    """What remains of a text without code, markup, links, identifiers, block quotes and quoted words.

    >>> read_prose('Use `df.head()` and see https://example.org, then say "bonjour".').split()
    ['Use', 'and', 'see', 'then', 'say', '.']
    """
    text = text[:MAX_CHARACTERS]
    if "```" in text or "~~~" in text:
        text = _FENCED.sub("\n", text)
    return _QUOTED.sub(" ", _NO_PROSE.sub(" ", text))
