"""The channel of Slack's incoming webhooks: a message goes in, a POST of its blocks comes out.

Texts stand in blocks of the type `plain_text`, where no markup counts, and have `&`, `<` and `>` escaped, so that no
`<!channel>` rings a channel and no `<https://…|Sign in>` looks like ours. The one link is in a block of our own words.
"""

import json
from typing import Any

from drift.channels.channel import Channel, Delivery, Request, Setting, Target
from drift.channels.message import Message
from drift.channels.urls import read_url

HEADER_UNITS, TEXT_UNITS = 150, 3_000
"""What Slack takes in a block, https://docs.slack.dev/reference/block-kit/blocks"""
CODES = frozenset(
    {
        "action_prohibited",
        "channel_is_archived",
        "channel_not_found",
        "invalid_blocks",
        "invalid_payload",
        "invalid_token",
        "no_active_hooks",
        "no_service",
        "no_team",
        "no_text",
        "posting_to_general_channel_denied",
        "rate_limited",
        "rollup_error",
        "team_disabled",
        "user_not_found",
    }
)
"""What Slack says where it takes a message not."""
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def write(delivery: Delivery, target: Target) -> Request:
    check(target)
    body = json.dumps(write_payload(delivery.message)).encode()
    return Request(target["url"], {"Content-Type": "application/json"}, body)


def write_payload(message: Message) -> dict[str, Any]:
    """`text` is what notifications show."""
    blocks = [
        {"type": "header", "text": write_plain(message.headline, HEADER_UNITS)},
        {"type": "context", "elements": [write_plain(describe_origin(message), TEXT_UNITS)]},
        *({"type": "section", "text": write_plain(text, TEXT_UNITS)} for text in list_paragraphs(message)),
    ]
    if message.link:
        blocks.append({"type": "section", "text": write_link(message.link)})
    text = fit(message.headline, TEXT_UNITS)
    return {"text": text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False, "blocks": blocks}


def describe_origin(message: Message) -> str:
    return " · ".join(part for part in (message.project, message.severity, message.when) if part)


def list_paragraphs(message: Message) -> list[str]:
    evidence = "\n".join(f"• {line}" for line in message.evidence)
    return [part for part in (message.sentence, evidence) if part]


def write_plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": fit(text, most), "emoji": False}


def write_link(link: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": f"<{link.translate(ESCAPES)}|Open in Tacit>", "verbatim": True}


def fit(text: str, most: int) -> str:
    """Escaped and no longer than Slack takes, counted in UTF-16 as browsers do; no escape is cut.

    >>> fit("<!channel> now", 100)
    '&lt;!channel&gt; now'
    >>> fit("a & b & c", 8)
    'a &amp;…'
    """
    escaped = [each.translate(ESCAPES) for each in text]
    if sum(map(count_units, escaped)) <= most:
        return "".join(escaped)
    room, kept = most - 1, []
    for each in escaped:
        room -= count_units(each)
        if room < 0:
            break
        kept.append(each)
    return "".join(kept).rstrip() + "…"


def count_units(text: str) -> int:
    return len(text) + sum(each > "\uffff" for each in text)


def check(target: Target) -> None:
    if not read_url(target.get("url", "")).is_secure:
        raise ValueError("The address of a hook of Slack starts with https://.")


def show(target: Target) -> str:
    return read_url(target["url"]).authority


CHANNEL = Channel(
    "slack",
    "Slack",
    (Setting("url", "Address of the incoming webhook", "https://hooks.slack.com/services/…", is_secret=True),),
    check,
    show,
    write,
    CODES,
)
