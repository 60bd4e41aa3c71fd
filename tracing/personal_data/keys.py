"""Keys and tokens that tell by their form what they open: text in, findings out. Named ones stand in `passwords`."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tracing.personal_data.finding import Finding
from tracing.personal_data.scan import Recogniser, Scan


@dataclass(frozen=True, slots=True)
class KeyForm:
    """One maker's keys. `hints` are asked for first, in the text as it is: where none stands, nothing is searched."""

    name: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    harmless: bool = False
    """Whether it is made to be shown, or opens nothing real: a key for tests, or for browsers."""


def _form(name: str, hints: str, pattern: str, *, harmless: bool = False) -> KeyForm:
    return KeyForm(
        name, tuple(hints.split()), re.compile(rf"(?<![A-Za-z0-9_])(?:{pattern})(?![A-Za-z0-9_])", re.ASCII), harmless
    )


FORMS: tuple[KeyForm, ...] = (
    _form("an AWS access key", "AKIA ASIA ABIA ACCA", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
    _form("a Google API key", "AIza", r"AIza[A-Za-z0-9_-]{35}"),
    _form("a Google OAuth token", "ya29. GOCSPX-", r"ya29\.[A-Za-z0-9_-]{20,400}|GOCSPX-[A-Za-z0-9_-]{28}"),
    _form(
        "a GitHub token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        r"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}",
    ),
    _form(
        "a GitLab token",
        "glpat- gldt- glrt- glptt- glcbt-",
        r"gl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,100}(?:\.[a-z0-9]{2}\.[a-z0-9]{7,12})?",
    ),
    _form(
        "a Slack token", "xox xapp-", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Za-z0-9-]{20,200}"
    ),
    _form(
        "a Slack webhook", "hooks.slack.com", r"https://hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/]{20,120}"
    ),
    _form("a Stripe key", "sk_live_ rk_live_ whsec_", r"[sr]k_live_[A-Za-z0-9]{10,250}|whsec_[A-Za-z0-9+/=]{20,120}"),
    _form(
        "a Stripe key for tests or browsers",
        "_test_ pk_live_",
        r"(?:[srp]k_test|pk_live)_[A-Za-z0-9]{10,250}",
        harmless=True,
    ),
    _form("an Anthropic key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{16,200}"),
    _form(
        "an OpenAI key",
        "sk-",
        r"sk-(?!ant-|or-|lf-)(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{16,250}|[A-Za-z0-9]{20,120})",
    ),
    _form("an OpenRouter key", "sk-or-", r"sk-or-(?:v\d-)?[a-f0-9]{32,64}"),
    _form("a Langfuse key", "sk-lf-", r"sk-lf-[0-9a-f]{8}-[0-9a-f-]{27}"),
    _form("a Tacit browser key", "tacit_browser_", r"tacit_browser_[A-Za-z0-9_-]{43}", harmless=True),
    _form("a Tacit key", "tacit_", r"tacit_(?!browser_)[A-Za-z0-9_-]{43}"),
    _form("a Hugging Face token", "hf_ api_org_", r"hf_[A-Za-z0-9]{30,40}|api_org_[A-Za-z0-9]{34}"),
    _form(
        "a key of a model provider",
        "gsk_ xai- pplx- r8_ csk- fw_ tgp_v1_ nvapi- lsv2_",
        r"(?:gsk_|xai-|pplx-|r8_|csk-|fw_|tgp_v1_|nvapi-|lsv2_(?:pt|sk)_)[A-Za-z0-9_-]{22,120}",
    ),
    _form(
        "a token of a package registry",
        "npm_ pypi- rubygems_ dckr_",
        r"npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,400}|rubygems_[a-f0-9]{48}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,60}",
    ),
    _form("a SendGrid key", "SG.", r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    _form("a Twilio key", "SK AC", r"(?:SK|AC)[0-9a-f]{32}"),
    _form("a Mailgun or Mailchimp key", "key- -us", r"key-[0-9a-f]{32}|[0-9a-f]{32}-us\d{1,2}"),
    _form("a DigitalOcean token", "_v1_", r"do[opr]_v1_[a-f0-9]{64}"),
    _form("a Shopify token", "shp", r"shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{32}"),
    _form("a Square token", "sq0 EAAA", r"sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|EAAA[A-Za-z0-9_-]{60}"),
    _form("a Telegram bot token", ":AA", r"\d{8,10}:AA[A-Za-z0-9_-]{33}"),
    _form("a Discord bot token", ".", r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}"),
    _form("an Azure storage key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{80,90}={0,2}"),
    _form(
        "a service's token",
        "lin_api_ ntn_ secret_ dapi hvs. glsa_ sntrys_ NRAK- dp.pt. ATATT PMAK- figd_ rdme_ pul- sgp_ dop_ CFPAT-"
        " eyrie shippo_ vercel_ sbp_ phx_ phc_",
        r"lin_api_[A-Za-z0-9]{40}|ntn_[A-Za-z0-9]{40,50}|secret_[A-Za-z0-9]{43}|dapi[a-f0-9]{32}(?:-\d)?"
        r"|hvs\.[A-Za-z0-9_-]{24,200}|glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}"
        r"|sntrys_[A-Za-z0-9+/=_-]{40,250}|NRAK-[A-Z0-9]{27}|dp\.pt\.[A-Za-z0-9]{43}|ATATT[A-Za-z0-9_=-]{60,250}"
        r"|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|figd_[A-Za-z0-9_-]{40}"
        r"|pul-[a-f0-9]{40}|sgp_[a-f0-9_]{40,80}|CFPAT-[A-Za-z0-9_-]{43}|sbp_[a-f0-9]{40}|phx_[A-Za-z0-9]{43,50}",
    ),
    _form("a JSON Web Token", "eyJ", r"eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{16,2000}"),
)
_HINTS = tuple((hint, form) for form in FORMS for hint in form.hints)
_ALL_HINTS = sorted({hint for hint, _ in _HINTS if hint != "."})
_ANY_HINT = re.compile(
    rf"(?<![A-Za-z0-9_])(?:{'|'.join(re.escape(each) for each in _ALL_HINTS if each[0].isalpha())}"
    rf"|[MNO][\w-]{{23,27}}\.)|{'|'.join(re.escape(each) for each in _ALL_HINTS if not each[0].isalpha())}"
)
"""Any of them, in one search: at the beginning of a word but for those that stand inside keys."""
_PEM = re.compile(r"-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----")
_PLACEHOLDER = re.compile(
    r"example|sample|placeholder|dummy|fake|redacted|changeme|replace|insert|your|x{4}|\*{3}|\.{3}|…|(.)\1{5}",
    re.IGNORECASE,
)
_ROWS = "abcdefghijklmnopqrstuvwxyz0123456789 01234567890123456789 0123456789abcdef0123456789abcdef"
_JWT_SAMPLE = "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l"
"""The body that jwt.io shows: John Doe, 1234567890."""
FEWEST_BITS = 2.5
"""Entropy of a character below which nobody drew it at random."""


def find_keys(scan: Scan) -> Iterator[Finding]:
    if not may_hold_key(scan):
        return
    text, words = scan.text, "\n".join(scan.long_words)
    for form in dict.fromkeys([form for hint, form in _HINTS if hint in words]):
        for match in form.pattern.finditer(text):
            sample = form.harmless or is_placeholder(match[0])
            yield Finding("key", match.start(), match.end(), 0.97, form.name, sample=sample)
    if "-----BEGIN" in text:
        yield from _find_private_keys(text)


def may_hold_key(scan: Scan) -> bool:
    """Whether a word that is long enough has anything of a key."""
    words = scan.long_words
    return bool(words) and (any(map(_ANY_HINT.search, words)) or "-----BEGIN" in scan.text)


def _find_private_keys(text: str) -> Iterator[Finding]:
    """From the first line to the last; without its last line, or its body, as far as the first goes."""
    for match in _PEM.finditer(text):
        closing = f"-----END {match[1]}-----"
        end = text.find(closing, match.end(), match.end() + 20_000)
        body = text[match.end() : end] if end != -1 else ""
        sample = end != -1 and (len(body.strip()) < 40 or "..." in body or "…" in body)
        yield Finding(
            "key",
            match.start(),
            end + len(closing) if end != -1 else match.end(),
            0.97 if body else 0.4,
            "a private key",
            sample=sample,
        )


def is_placeholder(value: str) -> bool:
    """Whether a value stands where a key would: it says so, or its characters were not drawn at random.

    >>> [is_placeholder(key) for key in ("AKIAIOSFODNN7EXAMPLE", "ghp_xxxxxxxxxxxxxxxxxxxx", "AKIA" "4YV2NQ7T3JX5KD6W")]
    [True, True, False]
    """
    if _PLACEHOLDER.search(value) or _JWT_SAMPLE in value:
        return True
    tail = re.split(r"[_.-]", value)[-1].lower()
    return measure_entropy(value) < FEWEST_BITS or (len(tail) >= 10 and tail in _ROWS)


def measure_entropy(value: str) -> float:
    """Bits a character, of the characters of the value itself."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


RECOGNISER = Recogniser(("key",), find_keys)
